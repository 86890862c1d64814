import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { describe, expect, test } from '@jest/globals';
import { comesTo } from './catch-up';
import type { Session } from './sessions';

const DUE = { transactionId: 'tx', block: 7n };

function failure(code: status): GatewayError {
  const cause = Object.assign(new Error('no'), { code, details: '', metadata: undefined });
  return new GatewayError(cause as unknown as ConstructorParameters<typeof GatewayError>[0]);
}

/** A session with a peer of some height that answers for a commit, or not. */
function peer(height: number, answer: GatewayError | 'there'): Session {
  const info = new common.BlockchainInfo();
  info.setHeight(height);
  return {
    channel: 'onepledge',
    identity: { serialized: new Uint8Array(0) },
    gateway: {
      newCommit: () => ({ getStatus: () => (answer === 'there' ? Promise.resolve({}) : Promise.reject(answer)) }),
    },
    blocks: { newProposal: () => ({ evaluate: () => Promise.resolve(info.serializeBinary()) }) },
  } as unknown as Session;
}

describe('a peer', () => {
  test('that tells of the transaction has come to it', async () => {
    expect(await comesTo(peer(8, 'there'), DUE)).toBe(true);
  });

  test('that began with a later snapshot has come to it, though it never tells of it', async () => {
    expect(await comesTo(peer(9, failure(status.DEADLINE_EXCEEDED)), DUE)).toBe(true);
  });

  test('that is behind is not read from', async () => {
    await expect(comesTo(peer(7, failure(status.DEADLINE_EXCEEDED)), DUE)).rejects.toThrow(GatewayError);
  });

  test('that does not let the identity in is not known to have come to it', async () => {
    expect(await comesTo(peer(7, failure(status.UNAUTHENTICATED)), DUE)).toBe(false);
  });
});
