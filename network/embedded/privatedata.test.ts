import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GatewayError, StatusCode } from '@hyperledger/fabric-gateway';
import { type TestClient } from './testing/client';
import { Harness } from './testing/harness';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const json = (bytes: Uint8Array): unknown => JSON.parse(text(bytes)) as unknown;
const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex');

/** All that a failed call says: its own message and the peers'. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GatewayError)) throw new Error(`not refused: ${String(error)}`);
  return [error.message, ...error.details.map(({ message }) => message)].join('\n');
}

describe('private data of two of three organisations', () => {
  const harness = new Harness();
  let one: TestClient;
  let two: TestClient;
  let three: TestClient;
  const members = { endorsingOrganizations: ['OneMSP', 'TwoMSP'] };

  beforeAll(async () => {
    await harness.start();
    [one, two, three] = await Promise.all([harness.client('one'), harness.client('two'), harness.client('three')]);
  });
  afterAll(() => harness.stop());

  const submit = (name: string, ...args: readonly string[]): Promise<Uint8Array> =>
    one.contract.submit(name, { arguments: [...args], ...members });

  test('members read them, the other organisation sees hashes only', async () => {
    await one.contract.submit('putPrivate', {
      arguments: ['ours', 'price'],
      transientData: { value: 'twelve' },
      ...members,
    });
    expect(text(await two.contract.evaluateTransaction('getPrivate', 'ours', 'price'))).toBe('twelve');
    expect(text(await three.contract.evaluateTransaction('getPrivateHash', 'ours', 'price'))).toBe(sha256('twelve'));
    expect(await refusal(three.contract.evaluateTransaction('getPrivate', 'ours', 'price'))).toMatch(
      /private data matching public hash version is not available. Public hash version = \{BlockNum: \d+, TxNum: 0\}, Private data version = <nil>/,
    );
    expect(await three.contract.evaluateTransaction('getPrivate', 'ours', 'nothing')).toHaveLength(0);
    expect(json(await three.contract.evaluateTransaction('rangePrivate', 'ours', '', ''))).toEqual([]);
  });

  test('they are not in the transaction', async () => {
    const proposal = one.contract.newProposal('putPrivate', {
      arguments: ['ours', 'key'],
      transientData: { value: 'words of nobody else' },
      ...members,
    });
    const transaction = Buffer.from((await proposal.endorse()).getBytes());
    expect(transaction.includes('words of nobody else')).toBe(false);
    expect(transaction.includes(createHash('sha256').update('words of nobody else').digest())).toBe(true);
  });

  test('ranges and deletion', async () => {
    for (const key of ['r1', 'r2', 'r3']) await submit('putPrivate', 'ours', key, `value of ${key}`);
    await submit('delPrivate', 'ours', 'r2');
    expect(json(await two.contract.evaluateTransaction('rangePrivate', 'ours', 'r1', 's'))).toEqual([
      ['r1', 'value of r1'],
      ['r3', 'value of r3'],
    ]);
    expect(await two.contract.evaluateTransaction('getPrivate', 'ours', 'r2')).toHaveLength(0);
    expect(await three.contract.evaluateTransaction('getPrivateHash', 'ours', 'r2')).toHaveLength(0);
  });

  test('a transaction that queries them writes nothing', async () => {
    const queried = 'Transaction has already performed queries on pvt data. Writes are not allowed';
    expect(await refusal(submit('rangePrivateThenPut', 'ours', 'x'))).toContain(queried);
    const written = 'Queries on pvt data is supported only in a read-only transaction';
    expect(await refusal(submit('putThenRangePrivate', 'ours', 'x'))).toContain(written);
  });

  test('a value that changed since it was read makes the reader invalid', async () => {
    await submit('putPrivate', 'ours', 'raced', '1');
    const reading = await one.contract
      .newProposal('readPrivateThenPut', { arguments: ['ours', 'raced', 'copy'], ...members })
      .endorse();
    await submit('putPrivate', 'ours', 'raced', '2');
    const status = await (await reading.submit()).getStatus();
    expect(status.code).toBe(StatusCode.MVCC_READ_CONFLICT);
  });

  test('collections that are not there, and those of others', async () => {
    expect(await refusal(submit('putPrivate', 'none', 'k', 'v'))).toContain(
      'collection test/basic/none could not be found',
    );
    expect(await refusal(one.contract.evaluateTransaction('getPrivateHash', 'none', 'k'))).toContain(
      'collection [none] not defined in the collection config for chaincode [basic]',
    );
    expect(
      await refusal(three.contract.submit('putPrivate', { arguments: ['closed', 'k', 'v'], ...members })),
    ).toContain(
      'tx creator does not have write access permission on privatedata in chaincodeName:basic collectionName: closed',
    );
    expect(await refusal(three.contract.evaluateTransaction('getPrivate', 'closed', 'k'))).toContain(
      'tx creator does not have read access permission on privatedata in chaincodeName:basic collectionName: closed',
    );
    await submit('putPrivate', 'closed', 'k', 'v');
    expect(text(await two.contract.evaluateTransaction('getPrivate', 'closed', 'k'))).toBe('v');
  });

  test('an organisation has a collection of its own in every chaincode', async () => {
    await submit('putPrivate', '_implicit_org_OneMSP', 'k', 'mine');
    expect(text(await one.contract.evaluateTransaction('getPrivate', '_implicit_org_OneMSP', 'k'))).toBe('mine');
    expect(await refusal(two.contract.evaluateTransaction('getPrivate', '_implicit_org_OneMSP', 'k'))).toContain(
      'private data matching public hash version is not available',
    );
    expect(await refusal(submit('putPrivate', '_implicit_org_NoMSP', 'k', 'v'))).toContain(
      'collection [_implicit_org_NoMSP] not defined in the collection config for chaincode [basic]',
    );
  });

  test('too few peers to give them to', async () => {
    expect(await refusal(submit('putPrivate', 'spread', 'k', 'v'))).toContain(
      'could not build private data dissemination plan for chaincode basic and collection spread: ' +
        'required to disseminate to at least 2 peers, but know of only 1 eligible peers',
    );
  });

  test('a change of the policy alone leaves the value readable', async () => {
    await submit('putPrivate', 'ours', 'guarded', 'v');
    await submit('setPrivatePolicy', 'ours', 'guarded', 'OneMSP');
    expect(text(await two.contract.evaluateTransaction('getPrivate', 'ours', 'guarded'))).toBe('v');
    expect(Number(text(await two.contract.evaluateTransaction('getPrivatePolicy', 'ours', 'guarded')))).toBeGreaterThan(
      0,
    );
    expect(text(await three.contract.evaluateTransaction('getPrivateHash', 'ours', 'guarded'))).toBe(sha256('v'));
  });

  test('they live as many blocks as the collection says', async () => {
    await submit('putPrivate', 'brief', 'k', 'soon gone');
    const written = harness.network.height('test') - 1;
    const read = async (): Promise<string> => text(await two.contract.evaluateTransaction('getPrivate', 'brief', 'k'));
    for (let block = written + 1; block <= written + 2; block += 1) {
      await one.contract.submitTransaction('put', 'tick', String(block));
      expect(harness.network.height('test') - 1).toBe(block);
      expect(await read()).toBe('soon gone');
    }
    await one.contract.submitTransaction('put', 'tick', 'last');
    expect(await read()).toBe('');
    expect(await three.contract.evaluateTransaction('getPrivateHash', 'brief', 'k')).toHaveLength(0);
    await submit('putPrivate', 'brief', 'k', 'again');
    expect(await read()).toBe('again');
  });

  test('a purged value is nowhere any more', async () => {
    await submit('putPrivate', 'ours', 'purged', 'first');
    await submit('putPrivate', 'ours', 'purged', 'second');
    await submit('purgePrivate', 'ours', 'purged');
    expect(await two.contract.evaluateTransaction('getPrivate', 'ours', 'purged')).toHaveLength(0);
    expect(await three.contract.evaluateTransaction('getPrivateHash', 'ours', 'purged')).toHaveLength(0);
    await submit('putPrivate', 'ours', 'purged', 'third');
    expect(text(await two.contract.evaluateTransaction('getPrivate', 'ours', 'purged'))).toBe('third');
  });

  test('what was endorsed before a restart still has its private data at the commit', async () => {
    const endorsed = await one.contract
      .newProposal('putPrivate', {
        arguments: ['ours', 'kept'],
        transientData: { value: 'over a restart' },
        ...members,
      })
      .endorse();
    const bytes = endorsed.getBytes();
    await harness.stopNetwork();
    await harness.start();
    [one, two, three] = await Promise.all([harness.client('one'), harness.client('two'), harness.client('three')]);
    const submitted = await one.gateway.newTransaction(bytes).submit();
    expect((await submitted.getStatus()).successful).toBe(true);
    expect(text(await two.contract.evaluateTransaction('getPrivate', 'ours', 'kept'))).toBe('over a restart');
  });
});
