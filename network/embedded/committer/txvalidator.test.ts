import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ensureMaterial, type NetworkMaterial } from '../../identity/material';
import { parsePolicy, policyToEnvelope } from '../../identity/policy';
import { type Signer } from '../../identity/types';
import { fixedDefinitions } from '../testing/definitions';
import { type Channel, LedgerChannel, parseApplicationPolicy } from '../channel';
import { OwnEndorsements } from '../endorser/endorsements';
import { encodePayloadWithoutTransient, encodeChaincodeId } from '../wire/proposal';
import { makeGenesis } from '../ledger/genesis';
import { Ledger } from '../ledger/ledger';
import { testConsortium } from '../testing/consortium';
import { encodeEnvelope, encodePayload } from '../wire/common';
import { asBuffer, Writer } from '../wire/protobuf';
import { encodeTxReadWriteSet, type MetadataEntry, type NamespaceReadWriteSet } from '../wire/rwset';
import {
  encodeChaincodeAction,
  encodeChaincodeActionPayload,
  encodeChaincodeEvent,
  encodeProposalResponsePayload,
  encodeTransaction,
} from '../wire/transaction';
import { TxValidationCode } from './codes';
import { validateBlock, type ValidatedTransaction } from './txvalidator';

const writesOf = (namespace: string): NamespaceReadWriteSet => ({
  namespace,
  collections: [],
  reads: [],
  rangeQueries: [],
  writes: [{ key: 'k', isDelete: false, value: Buffer.from('v') }],
  metadataWrites: [],
});

/** What a valid transaction is made of; a test changes the one thing that it is about. */
interface Parts {
  type: number;
  epoch: number;
  channelId: string;
  chaincodeName: string;
  nonce: Buffer;
  txId: string | undefined;
  actions: number;
  results: Buffer;
  event: Buffer;
  actionChaincode: string;
  proposalPayload: Buffer;
  hashedPayload: Buffer | undefined;
  endorsers: readonly Signer[];
  afterEndorsing: (payload: Buffer) => Buffer;
  afterSigning: (payload: Buffer) => Buffer;
}

const LONG_AGO = new Date(Date.now() - 3 * 365 * 24 * 60 * 60 * 1000);

describe('a transaction in a block', () => {
  const directory = mkdtempSync(join(tmpdir(), 'validator-'));
  const consortium = testConsortium();
  let material: NetworkMaterial;
  let ledger: Ledger;
  let channel: Channel;

  beforeAll(async () => {
    // Long ago: all certificates have expired since, which does not matter to who validates.
    material = await ensureMaterial(consortium, directory, LONG_AGO);
    const [spec] = consortium.channels;
    if (spec === undefined) throw new Error('no channel');
    ledger = await Ledger.open(join(directory, 'ledger'), () => makeGenesis(consortium, spec, material, new Date(0)));
    const endorsementPolicy = parseApplicationPolicy("AND('OneMSP.peer', 'TwoMSP.peer')");
    channel = new LedgerChannel('test', ledger, fixedDefinitions({ name: 'basic', endorsementPolicy }));
  });
  afterAll(async () => {
    await ledger.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function make(change: Partial<Parts> = {}): Buffer {
    const one = material.organization('one');
    const parts: Parts = {
      type: 3,
      epoch: 0,
      channelId: 'test',
      chaincodeName: 'basic',
      nonce: Buffer.from('a nonce'),
      txId: undefined,
      actions: 1,
      results: encodeTxReadWriteSet([writesOf('basic')]),
      event: Buffer.alloc(0),
      actionChaincode: 'basic',
      proposalPayload: encodePayloadWithoutTransient(Buffer.from('input')),
      hashedPayload: undefined,
      endorsers: [one.peer, material.organization('two').peer],
      afterEndorsing: (payload) => payload,
      afterSigning: (payload) => payload,
      ...change,
    };
    const creator = asBuffer(one.admin.serialized);
    const computed = createHash('sha256').update(parts.nonce).update(creator).digest('hex');
    const extension = new Writer().message(2, encodeChaincodeId({ name: parts.chaincodeName, version: '' })).finish();
    const channelHeader = new Writer()
      .integer(1, parts.type)
      .string(4, parts.channelId)
      .string(5, parts.txId ?? computed)
      .integer(6, parts.epoch)
      .bytes(7, extension)
      .finish();
    const signatureHeader = new Writer().bytes(1, creator).bytes(2, parts.nonce).finish();
    const proposalHash = createHash('sha256')
      .update(channelHeader)
      .update(signatureHeader)
      .update(parts.hashedPayload ?? parts.proposalPayload)
      .digest();
    const endorsed = encodeProposalResponsePayload({
      proposalHash,
      extension: encodeChaincodeAction({
        results: parts.results,
        events: parts.event,
        response: { status: 200, message: '', payload: Buffer.alloc(0) },
        chaincodeId: { name: parts.actionChaincode, version: '1.0' },
      }),
    });
    const endorsements = parts.endorsers.map((signer) => {
      const endorser = asBuffer(signer.serialized);
      return { endorser, signature: asBuffer(signer.sign(Buffer.concat([endorsed, endorser]))) };
    });
    const action = { proposalResponsePayload: parts.afterEndorsing(endorsed), endorsements };
    const transaction = encodeTransaction(signatureHeader, encodeChaincodeActionPayload(parts.proposalPayload, action));
    const data = Buffer.concat(Array.from({ length: parts.actions }, () => transaction));
    const header = new Writer().bytes(1, channelHeader).bytes(2, signatureHeader).finish();
    const payload = encodePayload(header, data);
    const signature = asBuffer(one.admin.sign(payload));
    return encodeEnvelope({ payload: parts.afterSigning(payload), signature });
  }

  function validate(block: readonly Buffer[], own = new OwnEndorsements()): readonly ValidatedTransaction[] {
    const view = ledger.acquire();
    const envelopes = block.map((bytes) => ({ bytes }));
    try {
      return validateBlock(envelopes, channel, own, view);
    } finally {
      view.release();
    }
  }

  function codeOf(bytes: Buffer): number {
    return validate([bytes])[0]?.code ?? -1;
  }

  test('that is right in all parts is valid, and names what it writes', () => {
    const [found] = validate([make()]);
    expect(found).toMatchObject({ code: TxValidationCode.VALID, namespaces: [{ namespace: 'basic' }] });
    expect(found?.txId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is valid though the certificates of its creator and its endorsers have expired meanwhile', () => {
    const { peer } = material.organization('one');
    expect(() => channel.msps.identify(peer.serialized, new Date())).toThrow('expired');
    expect(codeOf(make())).toBe(TxValidationCode.VALID);
  });

  const policyOf = (text: string): MetadataEntry => ({
    name: 'VALIDATION_PARAMETER',
    value: Buffer.from(policyToEnvelope(parsePolicy(text)).serializeBinary()),
  });
  /** Writes the key's value or its policy, endorsed by these organisations. */
  const writing = (nonce: string, entries: readonly MetadataEntry[] | undefined, ...by: readonly string[]): Buffer =>
    make({
      nonce: Buffer.from(nonce),
      endorsers: by.map((name) => material.organization(name).peer),
      results: encodeTxReadWriteSet([
        entries === undefined
          ? writesOf('basic')
          : { ...writesOf('basic'), writes: [], metadataWrites: [{ key: 'k', entries }] },
      ]),
    });
  const codesOf = (...block: readonly Buffer[]): readonly number[] => validate(block).map(({ code }) => code);

  test('is refused when one before it in the block changes the policy of its key, whatever that becomes', () => {
    const change = writing('a', [policyOf("OR('OneMSP.peer')")], 'one', 'two');
    const removal = writing('b', [], 'one', 'two');
    const write = writing('c', undefined, 'one', 'two');
    const { VALID, ENDORSEMENT_POLICY_FAILURE } = TxValidationCode;
    expect(codesOf(change, write)).toEqual([VALID, ENDORSEMENT_POLICY_FAILURE]);
    expect(codesOf(removal, write)).toEqual([VALID, ENDORSEMENT_POLICY_FAILURE]);
    expect(codesOf(write, change)).toEqual([VALID, VALID]);
  });

  test('is judged by policies that stand when those who would change them may not', () => {
    const change = writing('a', [policyOf("OR('OneMSP.peer')")], 'one');
    const write = writing('b', undefined, 'one', 'two');
    expect(codesOf(change, write)).toEqual([TxValidationCode.ENDORSEMENT_POLICY_FAILURE, TxValidationCode.VALID]);
  });

  test('that is there twice in one block counts once', () => {
    const { VALID, DUPLICATE_TXID, ENDORSEMENT_POLICY_FAILURE } = TxValidationCode;
    const write = writing('a', undefined, 'one', 'two');
    expect(codesOf(write, write)).toEqual([VALID, DUPLICATE_TXID]);
    // The second one is refused for the policy before anyone looks at identifiers.
    const change = writing('b', [policyOf("OR('OneMSP.peer')")], 'one', 'two');
    expect(codesOf(change, change)).toEqual([VALID, ENDORSEMENT_POLICY_FAILURE]);
  });

  const empty = Buffer.alloc(0);
  const flip = (payload: Buffer): Buffer => {
    const changed = Buffer.from(payload);
    changed[payload.length - 1] = (changed[payload.length - 1] ?? 0) ^ 1;
    return changed;
  };
  test.each<[string, keyof typeof TxValidationCode, () => Buffer]>([
    ['that is nothing', 'NIL_ENVELOPE', () => empty],
    ['that is no envelope', 'INVALID_OTHER_REASON', () => Buffer.from([10, 5, 1])],
    [
      'whose payload cannot be read',
      'BAD_PAYLOAD',
      () => encodeEnvelope({ payload: Buffer.from([10, 9]), signature: empty }),
    ],
    [
      'without header',
      'BAD_COMMON_HEADER',
      () => encodeEnvelope({ payload: Buffer.from([18, 1, 0]), signature: empty }),
    ],
    ['of an unknown type', 'BAD_COMMON_HEADER', () => make({ type: 9 })],
    ['of another epoch', 'BAD_COMMON_HEADER', () => make({ epoch: 1 })],
    ['without nonce', 'BAD_COMMON_HEADER', () => make({ nonce: empty })],
    ['changed after it was signed', 'BAD_CREATOR_SIGNATURE', () => make({ afterSigning: flip })],
    ['that changes the configuration', 'UNSUPPORTED_TX_PAYLOAD', () => make({ type: 2 })],
    ["with another's identifier", 'BAD_PROPOSAL_TXID', () => make({ txId: '00'.repeat(32) })],
    ['with two actions', 'INVALID_ENDORSER_TRANSACTION', () => make({ actions: 2 })],
    [
      'of another proposal than was endorsed',
      'INVALID_ENDORSER_TRANSACTION',
      () => make({ hashedPayload: Buffer.from('x') }),
    ],
    ['for another channel', 'TARGET_CHAIN_NOT_FOUND', () => make({ channelId: 'elsewhere' })],
    ['whose read-write set cannot be read', 'BAD_RWSET', () => make({ results: Buffer.from([18, 9]) })],
    ['whose result names another chaincode', 'INVALID_CHAINCODE', () => make({ actionChaincode: 'other' })],
    [
      'of a chaincode that is not defined',
      'INVALID_CHAINCODE',
      () => make({ chaincodeName: 'no', actionChaincode: 'no' }),
    ],
    [
      'that writes the keys of a chaincode that is not defined',
      'INVALID_CHAINCODE',
      () => make({ results: encodeTxReadWriteSet([writesOf('other')]) }),
    ],
    [
      'with the same namespace twice',
      'ILLEGAL_WRITESET',
      () => make({ results: encodeTxReadWriteSet([writesOf('basic'), writesOf('basic')]) }),
    ],
    [
      'with an event of another chaincode',
      'INVALID_OTHER_REASON',
      () => make({ event: encodeChaincodeEvent({ chaincodeId: 'other', txId: '', eventName: 'e', payload: empty }) }),
    ],
    [
      'endorsed by one organisation twice',
      'ENDORSEMENT_POLICY_FAILURE',
      () => {
        const { peer } = material.organization('one');
        return make({ endorsers: [peer, peer] });
      },
    ],
    [
      'endorsed by an administrator instead of a peer',
      'ENDORSEMENT_POLICY_FAILURE',
      () => make({ endorsers: [material.organization('one').peer, material.organization('two').admin] }),
    ],
    [
      'whose result was changed after it was endorsed',
      'ENDORSEMENT_POLICY_FAILURE',
      // A field that no message knows: everything still reads as before.
      () => make({ afterEndorsing: (payload) => Buffer.concat([payload, Buffer.from([0xa0, 0x06, 1])]) }),
    ],
  ])('%s is %s', (_what, code, bytes) => {
    expect(codeOf(bytes())).toBe(TxValidationCode[code]);
  });

  test('whose endorsements were made here is valid without a second look, but only as it was endorsed', () => {
    const own = new OwnEndorsements();
    const signature = Buffer.from('not a signature at all');
    const endorsed = Buffer.from('payload');
    const endorser = asBuffer(material.organization('one').peer.serialized);
    own.remember(endorsed, { endorser, signature });
    expect(own.includes(endorsed, { endorser, signature })).toBe(true);
    expect(own.includes(Buffer.from('other'), { endorser, signature })).toBe(false);
    expect(own.includes(endorsed, { endorser: Buffer.from('other'), signature })).toBe(false);
    expect(own.includes(endorsed, { endorser, signature: Buffer.from('other') })).toBe(false);
  });

  test('what is remembered of own endorsements is bounded', () => {
    const own = new OwnEndorsements(2);
    const endorsementOf = (name: string): { endorser: Buffer; signature: Buffer } => ({
      endorser: Buffer.from('e'),
      signature: Buffer.from(name),
    });
    for (const name of ['a', 'b', 'c']) own.remember(Buffer.from('p'), endorsementOf(name));
    expect(['a', 'b', 'c'].map((name) => own.includes(Buffer.from('p'), endorsementOf(name)))).toEqual([
      false,
      true,
      true,
    ]);
  });
});
