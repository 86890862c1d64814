import { Metadata, status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { expect, test } from '@jest/globals';
import { statusBeforeSnapshot } from './before-snapshot';
import type { Session } from './sessions';

const TX = 'tx';
const [VALID, MVCC_READ_CONFLICT, DUPLICATE_TXID] = [0, 11, 9];

function blockOf(code: number): Uint8Array {
  const envelopes = ['another', TX].map((id) => {
    const channel = new common.ChannelHeader();
    channel.setTxId(id);
    const header = new common.Header();
    header.setChannelHeader(channel.serializeBinary());
    const payload = new common.Payload();
    payload.setHeader(header);
    const envelope = new common.Envelope();
    envelope.setPayload(payload.serializeBinary());
    return envelope.serializeBinary();
  });
  const data = new common.BlockData();
  data.setDataList(envelopes);
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList([new Uint8Array(0), new Uint8Array(0), Uint8Array.of(VALID, code)]);
  const head = new common.BlockHeader();
  head.setNumber(7);
  const block = new common.Block();
  block.setHeader(head);
  block.setData(data);
  block.setMetadata(metadata);
  return block.serializeBinary();
}

// As qscc answers at a peer that joined by a snapshot: common/ledger/blkstorage.
const BEFORE = `Failed to get block for txID ${TX}, error details for the TXID [${TX}] not available. Ledger bootstrapped from a snapshot. First available block = [9]`;
const UNKNOWN = `Failed to get block for txID ${TX}, error no such transaction ID [${TX}] in index`;

/** A session of a member A whose peer, and others, answer so. */
function session(answers: Readonly<Record<string, number | string>>): Session {
  const newProposal = (_: string, { endorsingOrganizations: [mspId = ''] }: { endorsingOrganizations: string[] }) => ({
    evaluate: () => {
      const answer = answers[mspId] ?? UNKNOWN;
      if (typeof answer === 'number') return Promise.resolve(blockOf(answer));
      const details = `evaluate call to endorser returned error: chaincode response 500, ${answer}`;
      const code = status.UNKNOWN;
      const cause = Object.assign(new Error(details), { code, details, metadata: new Metadata() });
      return Promise.reject(new GatewayError({ code, details: [], cause, message: details }));
    },
  });
  return { channel: 'c', identity: { mspId: 'A' }, blocks: { newProposal } } as unknown as Session;
}

const COMMITTED = { valid: true, code: 'VALID', block: '7' };
const LOST = { valid: false, code: 'MVCC_READ_CONFLICT', block: '7' };

test.each([
  ['two others say that it is committed', { A: BEFORE, B: VALID, C: VALID }, COMMITTED],
  ['two others say that it lost', { A: BEFORE, B: MVCC_READ_CONFLICT, D: MVCC_READ_CONFLICT }, LOST],
  ['another peer of its own has it', { A: VALID }, COMMITTED],
  ['the others say different things', { A: BEFORE, B: VALID, C: VALID, D: MVCC_READ_CONFLICT }, undefined],
  ['one other alone tells', { A: BEFORE, B: VALID }, undefined],
  ['the others have but a duplicate', { A: BEFORE, B: DUPLICATE_TXID, C: DUPLICATE_TXID }, undefined],
  ['the others began later as well', { A: BEFORE, B: BEFORE, C: BEFORE, D: BEFORE }, undefined],
  ['its own peer did not begin with a snapshot', { A: UNKNOWN, B: VALID, C: VALID, D: VALID }, undefined],
])('a transaction of before the snapshot where %s', async (_, answers, expected) => {
  expect(await statusBeforeSnapshot(session(answers), TX, ['B', 'C', 'D'])).toEqual(expected);
});

test('is what the only other member says where there is but one', async () => {
  expect(await statusBeforeSnapshot(session({ A: BEFORE, B: VALID }), TX, ['B'])).toEqual(COMMITTED);
});
