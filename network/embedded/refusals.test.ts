import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { CommitError, EndorseError, GatewayError, StatusCode } from '@hyperledger/fabric-gateway';
import { decodeBlock } from './wire/block';
import { newSigner, type TestClient } from './testing/client';
import { Harness } from './testing/harness';
import { enrol } from '../identity/enrolment';

async function failure<T extends Error>(kind: abstract new (...args: never[]) => T, act: Promise<unknown>): Promise<T> {
  const error: unknown = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  return error as T;
}

describe('what the network refuses', () => {
  const harness = new Harness();
  let one: TestClient;

  beforeAll(async () => {
    await harness.start({ executeTimeoutMs: 1500 });
    one = await harness.client('one');
  });
  afterAll(() => harness.stop());

  test('a transaction that one organisation endorsed fails the policy of two', async () => {
    const act = one.contract.submit('put', { arguments: ['alone', 'x'], endorsingOrganizations: ['OneMSP'] });
    const error = await failure(CommitError, act);
    expect(error.code).toBe(StatusCode.ENDORSEMENT_POLICY_FAILURE);
    expect(await one.contract.evaluateTransaction('get', 'alone')).toHaveLength(0);
  });

  test('organisations that the client names endorse, whichever they are', async () => {
    const endorsingOrganizations = ['TwoMSP', 'ThreeMSP'];
    await one.contract.submit('put', { arguments: ['named', 'x'], endorsingOrganizations });
    expect(await one.contract.evaluateTransaction('get', 'named')).toHaveLength(1);
  });

  test('an organisation without a peer', async () => {
    const act = one.contract.submit('put', { arguments: ['a', 'b'], endorsingOrganizations: ['OneMSP', 'NoMSP'] });
    const error = await failure(EndorseError, act);
    expect(error.code).toBe(status.UNAVAILABLE);
    expect(error.message).toContain('NoMSP');
  });

  test("the chaincode's error when evaluating is UNKNOWN, with the peer in the details", async () => {
    const error = await failure(GatewayError, one.contract.evaluateTransaction('fail', 'no such thing'));
    expect(error.code).toBe(status.UNKNOWN);
    expect(error.details).toEqual([
      {
        address: harness.network.connection.organizations[0]?.peers[0]?.endpoint,
        mspId: 'OneMSP',
        message: 'chaincode response 500, no such thing',
      },
    ]);
  });

  test("the chaincode's error when endorsing is ABORTED, with the peer in the details", async () => {
    const error = await failure(EndorseError, one.contract.submitTransaction('fail', 'not now'));
    expect(error.code).toBe(status.ABORTED);
    expect(error.details).toEqual([
      expect.objectContaining({ mspId: 'OneMSP', message: 'chaincode response 500, not now' }),
    ]);
  });

  test('results that differ between endorsers', async () => {
    const error = await failure(EndorseError, one.contract.submitTransaction('random', 'key'));
    expect(error.code).toBe(status.ABORTED);
    expect(error.details.map(({ message }) => message)).toContain('ProposalResponsePayloads do not match');
  });

  test('a function that never ends, after the time a transaction has', async () => {
    const error = await failure(GatewayError, one.contract.evaluateTransaction('hang'));
    expect(error.code).toBe(status.ABORTED);
    expect(error.details[0]?.message).toContain('timeout expired while executing transaction');
  });

  test('an unknown chaincode', async () => {
    const contract = one.network.getContract('absent');
    expect((await failure(GatewayError, contract.evaluateTransaction('get'))).code).toBe(status.FAILED_PRECONDITION);
    expect((await failure(EndorseError, contract.submitTransaction('put'))).code).toBe(status.FAILED_PRECONDITION);
  });

  test('an unknown channel', async () => {
    const contract = one.gateway.getNetwork('absent').getContract('basic');
    expect((await failure(GatewayError, contract.evaluateTransaction('get'))).code).toBe(status.UNAVAILABLE);
    expect((await failure(EndorseError, contract.submitTransaction('put'))).code).toBe(status.FAILED_PRECONDITION);
  });

  test("a signature of another than the certificate's key", async () => {
    const identity = await enrol(harness.home, 'one', { name: 'tester', attributes: {} });
    const other = await enrol(harness.home, 'one', { name: 'other', attributes: {} });
    const forger = await harness.client('one', { identity, signer: newSigner(other.privateKeyPem) });
    const error = await failure(GatewayError, forger.contract.evaluateTransaction('get', 'x'));
    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.message).toContain('access denied');
    expect((await failure(EndorseError, forger.contract.submitTransaction('put', 'x', 'y'))).code).toBe(status.ABORTED);
  });

  test('events and statuses to whom is not a reader of the channel', async () => {
    const identity = await enrol(harness.home, 'one', { name: 'tester', attributes: {} });
    const other = await enrol(harness.home, 'two', { name: 'other', attributes: {} });
    const forger = await harness.client('one', { identity, signer: newSigner(other.privateKeyPem) });
    const events = await forger.network.getChaincodeEvents('basic', { startBlock: 0n });
    const error = await failure(GatewayError, events[Symbol.asyncIterator]().next());
    expect(error.code).toBe(status.PERMISSION_DENIED);
    const transaction = await one.contract.newProposal('put', { arguments: ['secret', 'x'] }).endorse();
    const submitted = await transaction.submit();
    const commit = forger.gateway.newCommit(submitted.getBytes());
    expect((await failure(GatewayError, commit.getStatus())).code).toBe(status.PERMISSION_DENIED);
    expect((await submitted.getStatus()).successful).toBe(true);
  });

  test('an identity of an MSP that did not issue it', async () => {
    const identity = await enrol(harness.home, 'two', { name: 'stray', attributes: {} });
    const stray = await harness.client('one', { identity: { ...identity, mspId: 'OneMSP' } });
    const error = await failure(GatewayError, stray.contract.evaluateTransaction('get', 'x'));
    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.message).toContain('creator org unknown');
  });

  test('a proposal that was changed after it was signed', async () => {
    const proposal = one.contract.newProposal('put', { arguments: ['tampered', 'mine'] });
    const signed = one.gateway.newSignedProposal(proposal.getBytes(), await signatureOf(proposal.getBytes()));
    const bytes = Buffer.from(signed.getBytes());
    bytes.write('else', bytes.indexOf('mine'));
    const tampered = one.gateway.newProposal(bytes);
    expect((await failure(EndorseError, tampered.endorse())).details[0]?.message).toContain('access denied');
  });

  test('a transaction whose signature is not over it', async () => {
    const transaction = await one.contract.newProposal('put', { arguments: ['unsigned', 'x'] }).endorse();
    const other = one.contract.newProposal('get', { arguments: ['x'] });
    const forged = one.gateway.newSignedTransaction(transaction.getBytes(), await signatureOf(other.getBytes()));
    const error = await failure(GatewayError, forged.submit());
    expect(error.code).toBe(status.ABORTED);
    expect(error.message).toContain('FORBIDDEN');
  });

  test('a transaction id that has been used, both when endorsing and when committing', async () => {
    const proposal = one.contract.newProposal('put', { arguments: ['twice', 'x'] });
    const transaction = await proposal.endorse();
    const submitted = await transaction.submit();
    const first = await submitted.getStatus();
    expect(first.successful).toBe(true);
    const height = harness.network.height('test');
    expect((await failure(EndorseError, proposal.endorse())).details[0]?.message).toContain('duplicate transaction');
    const again = await transaction.submit();
    // The status stays that of the first; the second is in a block of its own, as a duplicate.
    expect(await again.getStatus()).toEqual(first);
    await one.contract.submitTransaction('put', 'after', 'x');
    const bytes = await one.network.getContract('qscc').evaluateTransaction('GetBlockByNumber', 'test', String(height));
    expect(decodeBlock(Buffer.from(bytes)).metadata[2]?.[0]).toBe(StatusCode.DUPLICATE_TXID);
  });

  async function signatureOf(message: Uint8Array): Promise<Uint8Array> {
    const identity = await enrol(harness.home, 'one', { name: 'tester', attributes: {} });
    return newSigner(identity.privateKeyPem)(message);
  }
});
