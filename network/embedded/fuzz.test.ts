import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as gateway from '@hyperledger/fabric-protos/lib/gateway/gateway_pb';
import * as proposals from '@hyperledger/fabric-protos/lib/peer/proposal_pb';
import fc from 'fast-check';
import { type Transaction } from '@hyperledger/fabric-gateway';
import { enrol } from '../identity/enrolment';
import { ensureMaterial } from '../identity/material';
import { createSigner } from '../identity/signer';
import { type Signer } from '../identity/types';
import { TxValidationCode } from './committer/codes';
import { type TestClient } from './testing/client';
import { Harness } from './testing/harness';
import { asBuffer } from './wire/protobuf';
import {
  decodeChaincodeAction,
  decodeChaincodeActionPayload,
  decodeProposalResponsePayload,
  decodeTransaction,
  encodeChaincodeAction,
  encodeChaincodeActionPayload,
  encodeProposalResponsePayload,
  encodeTransaction,
} from './wire/transaction';

/** What is done to bytes: at a place (a share of the length), cut, drop, put in or change some. */
interface Mutation {
  readonly kind: 'cut' | 'drop' | 'insert' | 'change';
  readonly at: number;
  readonly bytes: Uint8Array;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('cut' as const, 'drop' as const, 'insert' as const, 'change' as const, 'change' as const),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
});
const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 });

function mutate(original: Uint8Array, changes: readonly Mutation[]): Buffer {
  let result = Buffer.from(original);
  for (const { kind, at, bytes } of changes) {
    const place = Math.floor(at * result.length);
    const before = result.subarray(0, place);
    const after = result.subarray(Math.min(result.length, place + (kind === 'insert' ? 0 : bytes.length)));
    if (kind === 'cut') result = Buffer.from(before);
    else if (kind === 'drop') result = Buffer.concat([before, after]);
    else result = Buffer.concat([before, bytes, after]);
  }
  return result;
}

const RUNS = 40;
const WITHIN_MS = 5_000;

describe('whatever is sent', () => {
  const harness = new Harness();
  let one: TestClient;
  let signer: Signer;
  let client: grpc.Client;
  let orderer: grpc.Client;

  beforeAll(async () => {
    await harness.start();
    one = await harness.client('one');
    const identity = await enrol(harness.home, 'one', { name: 'tester', attributes: {} });
    signer = createSigner(identity.mspId, identity.certificatePem, identity.privateKeyPem);
    const { organizations, orderers } = harness.network.connection;
    client = dial(organizations.find(({ name }) => name === 'one')?.peers[0]);
    orderer = dial(orderers[0]);
  });
  afterAll(async () => {
    client.close();
    orderer.close();
    await harness.stop();
  });

  function dial(node: { endpoint: string; tlsCaPem: string; serverName: string } | undefined): grpc.Client {
    if (node === undefined) throw new Error('no such node');
    return new grpc.Client(node.endpoint, grpc.credentials.createSsl(Buffer.from(node.tlsCaPem)), {
      'grpc.ssl_target_name_override': node.serverName,
    });
  }

  /** The status of a call, and its first answer; a stream is closed after that. */
  function call(
    path: string,
    request: Buffer,
    requestStream = false,
    responseStream = false,
  ): Promise<grpc.StatusObject & { readonly answer: Buffer | undefined }> {
    const bytes = (value: Buffer): Buffer => value;
    const options = { deadline: Date.now() + WITHIN_MS };
    const node = path.startsWith('/orderer.') ? orderer : client;
    return new Promise((resolve) => {
      let answer: Buffer | undefined;
      const listen = (stream: NodeJS.EventEmitter & { cancel(): void }): void => {
        stream.on('error', () => undefined);
        stream.on('data', (first: Buffer) => {
          answer = first;
          stream.cancel();
        });
        stream.on('status', (status: grpc.StatusObject) => {
          resolve({ ...status, answer });
        });
      };
      if (requestStream) {
        const stream = node.makeBidiStreamRequest(path, bytes, bytes, options);
        listen(stream);
        stream.write(request);
        stream.end();
      } else if (responseStream) listen(node.makeServerStreamRequest(path, bytes, bytes, request, options));
      else {
        const unary = node.makeUnaryRequest(path, bytes, bytes, request, options, (_error, response) => {
          answer = response;
        });
        unary.on('status', (status) => {
          // The answer comes right before.
          setImmediate(() => {
            resolve({ ...status, answer });
          });
        });
      }
    });
  }

  /** The validation code that the transaction gets. */
  async function codeOf(transactionId: string): Promise<number> {
    const request = new gateway.CommitStatusRequest();
    request.setChannelId('test');
    request.setTransactionId(transactionId);
    request.setIdentity(signer.serialized);
    const signed = new gateway.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    signed.setSignature(signer.sign(signed.getRequest_asU8()));
    const { answer, details } = await call('/gateway.Gateway/CommitStatus', Buffer.from(signed.serializeBinary()));
    if (answer === undefined) throw new Error(details);
    return gateway.CommitStatusResponse.deserializeBinary(answer).getResult();
  }

  /** Answered in time, and not by an error that the program did not foresee. */
  async function expectAnswer(
    path: string,
    request: Buffer,
    requestStream = false,
    responseStream = false,
  ): Promise<void> {
    const { code, details } = await call(path, request, requestStream, responseStream);
    expect(details).not.toBe('internal error');
    // A status that is waited for never comes; all else is answered.
    if (!path.endsWith('CommitStatus')) expect(code).not.toBe(grpc.status.DEADLINE_EXCEEDED);
  }

  async function expectGoesOn(): Promise<void> {
    const result = await one.contract.submitTransaction('put', 'after', 'all');
    expect(Buffer.from(result).toString()).toBe('written');
  }

  test.each<[string, boolean, boolean]>([
    ['/gateway.Gateway/Evaluate', false, false],
    ['/gateway.Gateway/Endorse', false, false],
    ['/gateway.Gateway/Submit', false, false],
    ['/gateway.Gateway/CommitStatus', false, false],
    ['/gateway.Gateway/ChaincodeEvents', false, true],
    ['/protos.Endorser/ProcessProposal', false, false],
    ['/discovery.Discovery/Discover', false, false],
    ['/protos.Snapshot/Generate', false, false],
    ['/protos.Snapshot/Cancel', false, false],
    ['/protos.Snapshot/QueryPendings', false, false],
    ['/protos.Deliver/Deliver', true, true],
    ['/protos.Deliver/DeliverFiltered', true, true],
    ['/protos.Deliver/DeliverWithPrivateData', true, true],
    ['/orderer.AtomicBroadcast/Broadcast', true, true],
    ['/orderer.AtomicBroadcast/Deliver', true, true],
  ])('to %s as any bytes is answered, and the network goes on', async (path, requestStream, responseStream) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        await expectAnswer(path, Buffer.from(bytes), requestStream, responseStream);
      }),
      { numRuns: RUNS },
    );
    await expectGoesOn();
  });

  test('as a proposal, changed and signed again, is answered, and the network goes on', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, fc.constantFrom('Evaluate', 'Endorse'), async (changes, method) => {
        const proposal = one.contract.newProposal('add', { arguments: ['fuzzed', '1'] });
        const proposed = gateway.ProposedTransaction.deserializeBinary(proposal.getBytes());
        const signed = new proposals.SignedProposal();
        signed.setProposalBytes(mutate(proposed.getProposal()?.getProposalBytes_asU8() ?? new Uint8Array(), changes));
        signed.setSignature(signer.sign(signed.getProposalBytes_asU8()));
        const request = new gateway.EvaluateRequest();
        request.setProposedTransaction(signed);
        await expectAnswer(`/gateway.Gateway/${method}`, Buffer.from(request.serializeBinary()));
        await expectAnswer('/protos.Endorser/ProcessProposal', Buffer.from(signed.serializeBinary()));
      }),
      { numRuns: RUNS },
    );
    await expectGoesOn();
  });

  /** Submits a transaction with this data; the headers stay, so that the orderer takes it and validation has to look. */
  async function submit(transaction: Transaction, data: (data: Uint8Array) => Uint8Array): Promise<number> {
    const prepared = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes());
    const payload = common.Payload.deserializeBinary(prepared.getEnvelope()?.getPayload_asU8() ?? new Uint8Array());
    payload.setData(data(payload.getData_asU8()));
    const envelope = new common.Envelope();
    envelope.setPayload(payload.serializeBinary());
    envelope.setSignature(signer.sign(envelope.getPayload_asU8()));
    const request = new gateway.SubmitRequest();
    request.setChannelId('test');
    request.setTransactionId(transaction.getTransactionId());
    request.setPreparedTransaction(envelope);
    expect(await call('/gateway.Gateway/Submit', Buffer.from(request.serializeBinary()))).toMatchObject({ code: 0 });
    return codeOf(transaction.getTransactionId());
  }

  test('as a transaction, changed and signed again, is validated, and the network goes on', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const transaction = await one.contract.newProposal('add', { arguments: ['fuzzed', '1'] }).endorse();
        const code = await submit(transaction, (data) => mutate(data, changes));
        expect(Object.values<number>(TxValidationCode)).toContain(code);
      }),
      { numRuns: RUNS },
    );
    await expectGoesOn();
  });

  test('as an envelope straight to the orderer, changed, is answered, and the network goes on', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        const transaction = await one.contract.newProposal('add', { arguments: ['fuzzed', '1'] }).endorse();
        const prepared = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes());
        const payload = mutate(prepared.getEnvelope()?.getPayload_asU8() ?? new Uint8Array(), changes);
        const envelope = new common.Envelope();
        envelope.setPayload(payload);
        envelope.setSignature(signer.sign(payload));
        await expectAnswer('/orderer.AtomicBroadcast/Broadcast', Buffer.from(envelope.serializeBinary()), true, true);
      }),
      { numRuns: RUNS },
    );
    await expectGoesOn();
  });

  test('as a read-write set, changed and endorsed by false peers, is validated, and the network goes on', async () => {
    const material = await ensureMaterial(harness.consortium, harness.home);
    const peers = ['one', 'two'].map((name) => material.organization(name).peer);
    const seen = new Set<number>();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(mutations, fc.constantFrom('count', 'add', 'setPolicy'), async (changes, name) => {
        // A key of its own: one that a policy was put on by chance takes no more changes.
        const key = `fuzzed ${(runs += 1)}`;
        const args = name === 'count' ? ['', '', key] : [key, name === 'add' ? '1' : 'OneMSP'];
        const transaction = await one.contract.newProposal(name, { arguments: args }).endorse();
        const code = await submit(transaction, (data) => {
          const [action] = decodeTransaction(data);
          const payload = decodeChaincodeActionPayload(action?.payload ?? new Uint8Array());
          const response = decodeProposalResponsePayload(payload.action?.proposalResponsePayload ?? new Uint8Array());
          const result = decodeChaincodeAction(response.extension);
          const proposalResponsePayload = encodeProposalResponsePayload({
            ...response,
            extension: encodeChaincodeAction({ ...result, results: mutate(result.results, changes) }),
          });
          const endorsements = peers.map((peer) => ({
            endorser: asBuffer(peer.serialized),
            signature: asBuffer(peer.sign(Buffer.concat([proposalResponsePayload, peer.serialized]))),
          }));
          const endorsed = { proposalResponsePayload, endorsements };
          return encodeTransaction(
            action?.header ?? new Uint8Array(),
            encodeChaincodeActionPayload(payload.chaincodeProposalPayload, endorsed),
          );
        });
        seen.add(code);
        expect(Object.values<number>(TxValidationCode)).toContain(code);
      }),
      { numRuns: 2 * RUNS },
    );
    // Others than those that end at the first look at the bytes.
    expect(seen.size).toBeGreaterThan(1);
    await expectGoesOn();
  });
});
