/** How new an answer says that it is: never newer than what was read. */
import { expect, test } from '@jest/globals';
import { common } from '@hyperledger/fabric-protos';
import type { Principal } from '../auth/principal';
import { Blocks } from './blocks';

const as = (member: string): Principal => ({ member, role: 'member' });

/** Members' peers, each with its own ledger. */
class Peers {
  readonly heights = new Map<string, number>();
  asked = 0;
  /** Which peer of its own each member is served by. */
  peer = 0;

  peerOf(): number {
    return this.peer;
  }

  queryBlocks({ member }: Principal): Promise<Uint8Array> {
    this.asked += 1;
    const height = this.heights.get(member);
    if (height === undefined) return Promise.reject(new Error('the peer is away'));
    const info = new common.BlockchainInfo();
    info.setHeight(height);
    return Promise.resolve(info.serializeBinary());
  }
}

test("the height of one member's peer is not told of another's, which may be behind", async () => {
  const peers = new Peers();
  peers.heights.set('bank-a', 100).set('bank-b', 90);
  const blocks = new Blocks(peers);

  expect(await blocks.height(as('bank-a'))).toBe(100n);
  expect(await blocks.height(as('bank-b'))).toBe(90n);
});

test('the height of a peer that is gone is not told of the next one, which may be behind', async () => {
  const peers = new Peers();
  peers.heights.set('bank-a', 100);
  const blocks = new Blocks(peers);
  expect(await blocks.height(as('bank-a'))).toBe(100n);

  peers.heights.set('bank-a', 90);
  peers.peer = 1;
  expect(await blocks.height(as('bank-a'))).toBe(90n);
});

test('a block that was noted before counts, as it is waited for before anything is read', async () => {
  const peers = new Peers();
  peers.heights.set('bank-a', 7);
  const blocks = new Blocks(peers);
  blocks.noteBlock('9');
  expect(await blocks.height(as('bank-a'))).toBe(10n);
});

test('those who ask together are told together, and a peer that was away is asked again', async () => {
  const peers = new Peers();
  const blocks = new Blocks(peers);
  await expect(blocks.height(as('bank-a'))).rejects.toThrow('away');
  peers.heights.set('bank-a', 5);
  expect(await Promise.all([1, 2, 3].map(() => blocks.height(as('bank-a'))))).toEqual([5n, 5n, 5n]);
  expect(peers.asked).toBe(2);
});
