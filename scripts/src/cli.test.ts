import { describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFolder } from './testing/folder';
import { type Received, type Reply, withServer } from './testing/http';
import { runCli } from './testing/run';

const TOKEN = ['--token', 'a.b.c'];
const PLEDGE = 'rcv_0123456789abcdefghjkmnpqrs.0123456789abc';
const REFUSED = { code: 'INVALID_STATE', detail: 'the pledge is released', status: 409, field: 'id' };

describe('exit codes', () => {
  test.each([
    [[]],
    [['receivable']],
    [['nonsense']],
    [['receivable', 'get']],
    [['receivable', 'get', 'x', 'y']],
    [['receivable', 'get', 'x', '--nonsense']],
    [['receivable', 'list', '--limit', '0', ...TOKEN]],
    [['receivable', 'list', '--status', 'LOST', ...TOKEN]],
    [['pledge', 'release', PLEDGE, ...TOKEN]],
    [['member', 'list']],
    [['network', 'reset']],
  ])('%j is wrong usage: 2, and nothing on stdout', async (args) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  test('help is no error', async () => {
    const { code, stdout } = await runCli(['pledge', 'propose', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('$ onepledge pledge propose --asset');
  });

  test('a refusal is 1, with the problem as one JSON value on stdout', async () => {
    await withServer(
      () => ({ status: 409, body: REFUSED }),
      async (url) => {
        const { code, stdout } = await runCli(['pledge', 'accept', PLEDGE, '--json', '--gateway', url, ...TOKEN]);
        expect(code).toBe(1);
        expect(JSON.parse(stdout)).toEqual(REFUSED);
      },
    );
  });

  test('for people the problem is on stderr', async () => {
    await withServer(
      () => ({ status: 409, body: REFUSED }),
      async (url) => {
        const { code, stdout, stderr } = await runCli(['pledge', 'get', PLEDGE, '--gateway', url, ...TOKEN]);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toBe('INVALID_STATE: id: the pledge is released\n');
      },
    );
  });

  test('a gateway that cannot be reached is 1', async () => {
    let closed = '';
    await withServer(
      () => 'destroy',
      (url) => {
        closed = url;
        return Promise.resolve();
      },
    );
    const { code, stdout } = await runCli(['member', 'list', '--json', '--gateway', closed, ...TOKEN]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
  });
});

describe('acts', () => {
  test('a broken connection is tried again under the same key', async () => {
    let count = 0;
    const answer = (): Reply => {
      count += 1;
      return count < 3
        ? 'destroy'
        : { status: 201, body: { id: PLEDGE, transaction: { id: 't', status: 'COMMITTED' } } };
    };
    await withServer(answer, async (url, received) => {
      const { code, stdout } = await runCli(['pledge', 'accept', PLEDGE, '--json', '--gateway', url, ...TOKEN]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ id: PLEDGE });
      const keys = received.map(({ headers }) => headers['idempotency-key']);
      expect(keys).toHaveLength(3);
      expect(new Set(keys).size).toBe(1);
      expect(received[0]?.headers.authorization).toBe('Bearer a.b.c');
    });
  });

  test('a given key is used', async () => {
    await withServer(
      () => ({ status: 409, body: REFUSED }),
      async (url, received) => {
        await runCli(['pledge', 'accept', PLEDGE, '--idempotency-key', 'again', '--gateway', url, ...TOKEN]);
        expect(received[0]?.headers['idempotency-key']).toBe('again');
      },
    );
  });

  test('202 is followed until it is final', async () => {
    let asked = 0;
    const answer = ({ method }: Received): Reply => {
      if (method === 'POST') return { status: 202, body: {}, headers: { Location: '/v1/transactions/i1' } };
      asked += 1;
      if (asked < 3) return { status: 200, body: { id: 'i1', status: 'PENDING' } };
      const done = { id: 'i1', status: 'COMMITTED', block: '7', transactionId: 't1', result: { id: PLEDGE } };
      return { status: 200, body: done };
    };
    await withServer(answer, async (url) => {
      const { code, stdout } = await runCli(['pledge', 'accept', PLEDGE, '--json', '--gateway', url, ...TOKEN]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ id: PLEDGE, transaction: { id: 't1', block: '7', status: 'COMMITTED' } });
    });
  });

  test('an answer to an earlier request under its key is told as such', async () => {
    const headers = { 'Idempotency-Replayed': 'true' };
    await withServer(
      () => ({ status: 201, body: { id: PLEDGE, status: 'ACTIVE' }, headers }),
      async (url) => {
        const words = ['pledge', 'accept', PLEDGE, '--json', '--gateway', url, ...TOKEN];
        expect((await runCli([...words, '--idempotency-key', 'again'])).stderr).toContain('done before under this key');
        expect((await runCli(words)).stderr).not.toContain('done before');
      },
    );
  });

  test.each([
    ['does not become final', { status: 200, body: { id: 'i1', status: 'PENDING' } }],
    ['another gateway does not know', { status: 404, body: { ...REFUSED, status: 404, code: 'NOT_FOUND' } }],
  ])('202 that %s in time is OUTCOME_UNKNOWN', async (_, reply) => {
    const answer = ({ method }: Received): Reply =>
      method === 'POST' ? { status: 202, body: {}, headers: { Location: '/v1/transactions/i1' } } : reply;
    await withServer(answer, async (url) => {
      const { code, stdout } = await runCli([
        'pledge',
        'accept',
        PLEDGE,
        '--json',
        '--wait',
        '0',
        '--gateway',
        url,
        ...TOKEN,
      ]);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ code: 'OUTCOME_UNKNOWN', transactionId: 'i1' });
    });
  });
});

describe('import', () => {
  test('prints a line a file in the order of the files, those that were not sent included', async () => {
    await withFolder(async (folder) => {
      // Given two files of one name and one that is not there
      mkdirSync(join(folder, 'a'));
      mkdirSync(join(folder, 'b'));
      for (const name of ['a/x.xml', 'b/x.xml']) writeFileSync(join(folder, name), name);
      let polls = 0;
      const lines = [
        { file: 'x.xml', outcome: 'REGISTERED', id: 'rcv_1' },
        { file: 'x (2).xml', outcome: 'REFUSED', code: 'DUPLICATE_EVIDENCE', detail: 'already used' },
      ];
      const answer = ({ method }: Received): Reply => {
        if (method === 'POST') return { status: 202, body: { id: 'imp', total: 2, done: 0 } };
        polls += 1;
        return {
          status: 200,
          body: { id: 'imp', total: 2, done: polls < 2 ? 1 : 2, lines: polls < 2 ? lines.slice(0, 1) : lines },
        };
      };
      await withServer(answer, async (url, received) => {
        // When
        const paths = [join(folder, 'a'), join(folder, 'gone.xml'), join(folder, 'b')];
        const { code, stdout } = await runCli([
          'receivable',
          'import',
          ...paths,
          '--due-days',
          '90',
          '--json',
          '--gateway',
          url,
          ...TOKEN,
        ]);
        // Then
        expect(code).toBe(0);
        const printed = stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown);
        expect(printed).toEqual([
          { file: join(folder, 'a/x.xml'), outcome: 'REGISTERED', id: 'rcv_1' },
          { file: join(folder, 'gone.xml'), outcome: 'REFUSED', code: 'UNREADABLE', detail: 'cannot be read (ENOENT)' },
          { file: join(folder, 'b/x.xml'), outcome: 'REFUSED', code: 'DUPLICATE_EVIDENCE', detail: 'already used' },
        ]);
        expect(received[0]?.url).toBe('/v1/receivables/imports?dueDays=90');
        expect(received[0]?.body.toString()).toContain('filename="x (2).xml"');
      });
    });
  });

  test('is refused as a whole with exit code 1', async () => {
    await withFolder(async (folder) => {
      writeFileSync(join(folder, 'x.xml'), 'x');
      await withServer(
        () => ({ status: 403, body: { code: 'FORBIDDEN', detail: 'not you' } }),
        async (url) => {
          const { code, stdout } = await runCli(['receivable', 'import', folder, '--json', '--gateway', url, ...TOKEN]);
          expect(code).toBe(1);
          expect(JSON.parse(stdout)).toMatchObject({ code: 'FORBIDDEN' });
        },
      );
    });
  });
});
