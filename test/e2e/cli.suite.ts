/** The command line against a running system: what it prints, and with which code it ends. */
import { describe, expect, test } from '@jest/globals';
import { onepledge } from '../support/cli';
import type { Pledge, Receivable } from '../support/client';
import { Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as, system } = useSystem();
const sequence = new Sequence('cli');

async function json<T>(...words: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await onepledge(system(), [...words, '--json']);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as T;
}

describe('onepledge', () => {
  test('demo tells the story to its end, twice on the same ledger', async () => {
    for (let run = 0; run < 2; run += 1) {
      const { code, stdout, stderr } = await onepledge(system(), ['demo']);
      expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/DUPLICATE_EVIDENCE/);
      expect(stdout).toMatch(/ALREADY_ENCUMBERED/);
      expect(stdout).not.toContain('\u001b[');
    }
  });

  test('does what the API does, and prints one JSON value', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration());
    const got = await json<Receivable>('receivable', 'get', asset.id, '--as', 'platform');
    const { transaction: _, ...view } = asset;
    expect(got).toEqual(view);
    const confirmed = await json<Receivable>(
      'receivable',
      'confirm',
      asset.id,
      '--as',
      'platform',
      '--party',
      sequence.buyer.uscc,
    );
    expect(confirmed).toMatchObject({ confirmed: true, transaction: { status: 'COMMITTED' } });
    const proposed = await platform.propose(sequence.terms(asset, 'bank-a'));
    const accepted = await json<Pledge>('pledge', 'accept', proposed.id, '--as', 'bank-a');
    expect(accepted).toMatchObject({ id: proposed.id, status: 'ACTIVE' });
    const transaction = await json<object>('transaction', 'get', accepted.transaction.id, '--as', 'bank-a');
    expect(transaction).toMatchObject({ status: 'COMMITTED' });
    const history = await onepledge(system(), [
      'asset',
      'history',
      asset.id,
      '--as',
      'bank-a',
      '--role',
      'auditor',
      '--json',
    ]);
    expect(history.code).toBe(0);
    expect(history.stdout).toContain('PLEDGE_ACCEPTED');
  });

  test('token gives a token that the gateway takes', async () => {
    const { code, stdout } = await onepledge(system(), ['token', '--as', 'bank-a']);
    expect(code).toBe(0);
    const list = await onepledge(system(), ['pledge', 'list', '--token', stdout.trim(), '--json']);
    expect(list.code).toBe(0);
  });

  test('ends with 1 and the problem when the ledger refuses', async () => {
    const { code, stdout, stderr } = await onepledge(system(), [
      'receivable',
      'get',
      'rcv_00000000000000000000000000',
      '--as',
      'bank-a',
    ]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('NOT_FOUND');
    const asJson = await onepledge(system(), [
      'receivable',
      'get',
      'rcv_00000000000000000000000000',
      '--as',
      'bank-a',
      '--json',
    ]);
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });

  test('ends with 1 and says why when there is no gateway', async () => {
    const words = ['receivable', 'list', '--as', 'platform', '--gateway', 'http://127.0.0.1:9'];
    const { code, stdout, stderr } = await onepledge(system(), words);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/cannot be reached/);
  });

  test.each([
    ['an unknown noun', ['stapler']],
    ['an unknown verb', ['receivable', 'burn']],
    ['an unknown option', ['receivable', 'list', '--as', 'platform', '--colour', 'red']],
    ['a missing argument', ['receivable', 'get', '--as', 'platform']],
    ['a number that is none', ['receivable', 'import', 'x', '--due-days', 'soon', '--as', 'platform']],
  ])('ends with 2 for %s', async (_, words) => {
    const { code, stdout, stderr } = await onepledge(system(), words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });

  test('repeated with its idempotency key does nothing twice', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration());
    const proposed = await platform.propose(sequence.terms(asset, 'bank-b'));
    const words = ['pledge', 'accept', proposed.id, '--as', 'bank-b', '--idempotency-key', 'once'];
    const first = await json<Pledge>(...words);
    expect(await json<Pledge>(...words)).toEqual(first);
  });
});
