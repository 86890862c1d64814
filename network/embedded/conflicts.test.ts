import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StatusCode, type SubmittedTransaction } from '@hyperledger/fabric-gateway';
import { type TestClient } from './testing/client';
import { Harness } from './testing/harness';

describe('transactions that meet in one block', () => {
  // Long enough that what is submitted together is in one block.
  const harness = new Harness({ batchTimeout: '500ms' });
  let one: TestClient;
  let two: TestClient;

  beforeAll(async () => {
    await harness.start();
    one = await harness.client('one');
    two = await harness.client('two');
  });
  afterAll(() => harness.stop());

  async function codes(submitted: readonly SubmittedTransaction[]): Promise<readonly number[]> {
    const statuses = await Promise.all(submitted.map((transaction) => transaction.getStatus()));
    expect(new Set(statuses.map(({ blockNumber }) => blockNumber)).size).toBe(1);
    return statuses.map(({ code }) => code);
  }

  test('of several that read and write one key exactly one is valid', async () => {
    await one.contract.submitTransaction('put', 'account', '100');
    const proposals = [one, two, one, two].map((client) =>
      client.contract.newProposal('add', { arguments: ['account', '10'] }),
    );
    const endorsed = await Promise.all(proposals.map((proposal) => proposal.endorse()));
    const found = await codes(await Promise.all(endorsed.map((transaction) => transaction.submit())));
    expect(found.filter((code) => code === StatusCode.VALID)).toHaveLength(1);
    expect(found.filter((code) => code === StatusCode.MVCC_READ_CONFLICT)).toHaveLength(3);
    expect(Buffer.from(await one.contract.evaluateTransaction('get', 'account')).toString()).toBe('110');
  });

  test('of several that only write one key all are valid, and the last one stands', async () => {
    const first = await one.contract.newProposal('put', { arguments: ['blind', 'first'] }).endorse();
    const second = await two.contract.newProposal('put', { arguments: ['blind', 'second'] }).endorse();
    const submitted = [await first.submit(), await second.submit()];
    expect(await codes(submitted)).toEqual([StatusCode.VALID, StatusCode.VALID]);
    expect(Buffer.from(await one.contract.evaluateTransaction('get', 'blind')).toString()).toBe('second');
  });

  test.each([
    ['added', 'put', ['few:5', 'x']],
    ['changed', 'put', ['few:00001', 'other']],
    ['deleted', 'del', ['few:00002']],
  ])('a key %s in a range that was read is a phantom', async (_what, name, args) => {
    await one.contract.submitTransaction('fill', 'few:', '4');
    const changing = await one.contract.newProposal(name, { arguments: [...args] }).endorse();
    const counting = await two.contract.newProposal('count', { arguments: ['few:', 'few;', 'count'] }).endorse();
    const submitted = [await changing.submit(), await counting.submit()];
    expect(await codes(submitted)).toEqual([StatusCode.VALID, StatusCode.PHANTOM_READ_CONFLICT]);
  });

  test('a phantom in a range so long that its reads are hashed', async () => {
    await one.contract.submitTransaction('fill', 'long:', '120');
    const changing = await one.contract.newProposal('put', { arguments: ['long:00100', 'other'] }).endorse();
    const counting = await two.contract.newProposal('count', { arguments: ['long:', 'long;', 'count'] }).endorse();
    const submitted = [await changing.submit(), await counting.submit()];
    expect(await codes(submitted)).toEqual([StatusCode.VALID, StatusCode.PHANTOM_READ_CONFLICT]);
    const again = await two.contract.submitTransaction('count', 'long:', 'long;', 'count');
    expect(Buffer.from(again).toString()).toBe('120');
  });

  test('a change beside a range that was read is no phantom', async () => {
    const changing = await one.contract.newProposal('put', { arguments: ['beside;', 'x'] }).endorse();
    const counting = await two.contract.newProposal('count', { arguments: ['beside:', 'beside;', 'count2'] }).endorse();
    const submitted = [await changing.submit(), await counting.submit()];
    expect(await codes(submitted)).toEqual([StatusCode.VALID, StatusCode.VALID]);
  });
});
