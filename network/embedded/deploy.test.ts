import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Ledger } from './ledger/ledger';
import { startChaincode } from './testing/chaincode-process';
import { Harness } from './testing/harness';
import { validationCodes } from './wire/block';

const harness = new Harness();

afterEach(() => harness.stop());

/** `kill -9` of a start in an empty home, when this block is its last. */
async function startCutOffAfter(block: number): Promise<void> {
  const chaincode = await startChaincode(harness.home);
  const testing = join(__dirname, 'testing');
  const words = [join(testing, 'interrupted-start.ts'), harness.home, chaincode.address, String(block)];
  const child = spawn(process.execPath, ['-r', join(testing, 'register.cjs'), ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 60_000,
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  await chaincode.stop();
  expect([code, signal]).toEqual([null, 'SIGKILL']);
}

describe('a start that was cut off', () => {
  test('between the approvals and the commits of the definitions is finished by the next', async () => {
    await startCutOffAfter(1);
    const directory = join(harness.home, 'network', 'ledger', 'test');
    const cut = await Ledger.open(directory, () => Promise.reject(new Error('no ledger')));
    const approvals = cut.block(1);
    expect([cut.height, approvals?.data.length]).toEqual([2, 3]);
    await cut.close();

    await harness.start();

    // The commit alone: approvals that are there are not made again.
    expect(harness.network.height('test')).toBe(3);
    const { contract } = await harness.client('one');
    await contract.submitTransaction('put', 'key', 'value');
    await harness.stopNetwork();
    const ledger = await Ledger.open(directory, () => Promise.reject(new Error('no ledger')));
    const blocks = [1, 2, 3].flatMap((number) => ledger.block(number) ?? []);
    await ledger.close();
    expect(blocks[0]).toEqual(approvals);
    expect(blocks.map((block) => [...validationCodes(block)])).toEqual([[0, 0, 0], [0], [0]]);
  }, 120_000);
});
