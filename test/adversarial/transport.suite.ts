/** Requests made to break the server rather than the rules. */
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';

const { as, system } = useSystem();
const sequence = new Sequence('transport');
const JSON_TYPE = 'application/json';

/** Sends bytes as they are and gives the bytes that come back until the other side ends or a while has passed. */
function raw(text: string, waitMs = 3000): Promise<string> {
  const { port } = new URL(system().url());
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let received = '';
    const timer = setTimeout(() => {
      socket.destroy();
    }, waitMs);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', (error) => {
      // A server that closes with bytes unread resets the connection after its answer.
      if (received === '') reject(error);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
    socket.write(text, 'latin1');
  });
}

describe('an id', () => {
  const IDS = [
    '..',
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '..%5c..%5cwindows',
    '%00',
    'rcv_0%00',
    '%ff%fe',
    '%',
    '%zz',
    'rcv_' + '0'.repeat(26) + "'%20OR%201=1--",
    '\u200b',
    'x'.repeat(101),
    'x'.repeat(6000),
    'rcv_00000000000000000000000000%0d%0aX-Injected:%201',
    '__proto__',
    'constructor',
    '%F4%8F%BF%BF',
  ];
  test.each(IDS)('%j finds nothing, and is no fault', async (id) => {
    const platform = await as({ member: 'platform' });
    const encoded = /^[!-~]*$/.test(id) ? id : encodeURIComponent(id);
    for (const path of ['/v1/receivables/', '/v1/pledges/', '/v1/transactions/', '/v1/imports/', '/v1/parties/']) {
      const answer = await platform.get(path + encoded);
      // A path that climbs is another path: the list is all that can be above.
      const climbed = id === '..' ? [200, 404] : [400, 404, 414, 431];
      expect([path, answer.status, climbed.includes(answer.status)]).toEqual([path, answer.status, true]);
      expect(answer.headers['x-injected']).toBeUndefined();
    }
    for (const path of [`/v1/pledges/${encoded}/acceptance`, `/v1/receivables/${encoded}/confirmation`]) {
      const answer = await platform.post(path, path.endsWith('acceptance') ? {} : { decision: 'CONFIRM' });
      expect([path, [400, 404, 414, 431].includes(answer.status)]).toEqual([path, true]);
    }
  });
});

describe('a body', () => {
  const BAD: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['a half of it', '{"creditor":{"uscc":'],
    ['words', 'hello'],
    ['a number', '17'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"receivable"'],
    ['single quotes', "{'creditor':1}"],
    ['a trailing comma', '{"creditor":1,}'],
    ['a comment', '{} // hello'],
    ['U+0000', '{"creditor":"\u0000"}'],
    ['two values', '{}{}'],
    ['not a number', '{"amount":NaN}'],
    ['depth', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['depth of objects', '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000)],
    ['a prototype', '{"__proto__":{"role":"admin"}}'],
    ['a constructor', '{"constructor":{"prototype":{"role":"admin"}}}'],
  ];
  test.each(BAD)('of %s is refused as INVALID_INPUT', async (_, text) => {
    const platform = await as({ member: 'platform' });
    for (const path of ['/v1/receivables', '/v1/pledges']) {
      const answer = await platform.call('POST', path, text, {}, JSON_TYPE);
      expect([answer.status, answer.problem.code]).toEqual([400, 'INVALID_INPUT']);
    }
  });

  test('with bytes that are no UTF-8 is not taken for something else', async () => {
    const platform = await as({ member: 'platform' });
    const body = sequence.registration({ creditor: { ...sequence.supplier, name: 'Caf\u00e9' } });
    const answer = await platform.call(
      'POST',
      '/v1/receivables',
      Buffer.from(JSON.stringify(body), 'latin1'),
      {},
      JSON_TYPE,
    );
    expect([answer.status, answer.problem.code]).toEqual([400, 'INVALID_INPUT']);
  });

  test('over the limit is refused, also where it does not say its length', async () => {
    const platform = await as({ member: 'platform' });
    const text = JSON.stringify({ ...sequence.registration(), padding: 'x'.repeat(2 * 1024 * 1024) });
    const answer = await platform.call('POST', '/v1/receivables', text, {}, JSON_TYPE);
    expect([answer.status, answer.problem.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const chunked = await platform.call(
      'POST',
      '/v1/receivables',
      undefined,
      { headers: { 'Content-Encoding': 'gzip', 'Content-Length': '0' } },
      JSON_TYPE,
    );
    expect([400, 415]).toContain(chunked.status);
  });

  test('of compressed zeros does not fill the memory', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20));
    const platform = await as({ member: 'platform' });
    const answer = await platform.call(
      'POST',
      '/v1/receivables',
      bomb,
      { headers: { 'Content-Encoding': 'gzip' } },
      JSON_TYPE,
    );
    expect([413, 415]).toContain(answer.status);
  });

  test.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-32',
    '',
  ])('of type %j is refused', async (type) => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.call(
      'POST',
      '/v1/receivables',
      JSON.stringify(sequence.registration()),
      {},
      type === '' ? undefined : type,
    );
    expect([answer.status, answer.problem.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  test('of a type that an import does not take is refused', async () => {
    const platform = await as({ member: 'platform' });
    const answer = await platform.call('POST', '/v1/receivables/imports?dueDays=1', '{}', {}, 'text/html');
    expect([answer.status, answer.problem.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  test('with a field that stands twice is refused', async () => {
    const platform = await as({ member: 'platform' });
    const text = JSON.stringify(sequence.registration()).replace('"dueDate":', '"dueDate":"2099-01-01","dueDate":');
    const answer = await platform.call('POST', '/v1/receivables', text, {}, JSON_TYPE);
    expect([answer.status, answer.problem.code]).toEqual([400, 'INVALID_INPUT']);
  });

  test('of names with control characters, lone surrogates or too many letters is refused', async () => {
    const platform = await as({ member: 'platform' });
    for (const name of ['A\u0000B', 'A\u001bB', 'A\u2028B', 'A\ud800', 'x'.repeat(201), ' A', '']) {
      const answer = await platform.post(
        '/v1/receivables',
        sequence.registration({ creditor: { ...sequence.supplier, name } }),
      );
      expect([answer.status, answer.problem.code, answer.problem.field]).toEqual([
        400,
        'INVALID_INPUT',
        'creditor.name',
      ]);
    }
  });

  test('of a reason with control characters or lone surrogates is refused', async () => {
    const platform = await as({ member: 'platform' });
    const id = `rcv_${'0'.repeat(26)}.${'0'.repeat(13)}`;
    for (const reason of ['a\u0000b', 'a\ud800', ' a'])
      for (const act of [
        `pledges/${id}/withdrawal`,
        `pledges/${id}/release`,
        `receivables/${id.slice(0, 30)}/cancellation`,
      ]) {
        const { status, problem } = await platform.post(`/v1/${act}`, { reason });
        expect([act, status, problem.code, problem.field]).toEqual([act, 400, 'INVALID_INPUT', 'reason']);
      }
  });

  test('with a party code that separators and look-alikes are put into is refused', async () => {
    const platform = await as({ member: 'platform' });
    for (const uscc of [
      '91350100M000100Y43\u0000',
      '\u000091350100M000100Y43',
      '9135010\u041c000100Y43',
      'x'.repeat(81),
    ]) {
      const answer = await platform.post('/v1/receivables', sequence.registration({ debtor: { uscc, name: 'X' } }));
      expect([answer.status, answer.problem.code, answer.problem.field]).toEqual([400, 'INVALID_INPUT', 'debtor.uscc']);
    }
  });
});

describe('headers', () => {
  test('of the request do not become headers of the answer', async () => {
    const platform = await as({ member: 'platform' });
    for (const id of ['a b', 'x'.repeat(5000), '<script>', '"', '\u00e9']) {
      const answer = await platform.get('/v1/receivables', { headers: { 'X-Request-Id': id } });
      expect(answer.status).toBe(200);
      expect(answer.headers['x-request-id']).toMatch(/^[!-~]{1,128}$/);
    }
  });

  test('that smuggle a second request get one refusal', async () => {
    const smuggled = [
      'POST /v1/receivables HTTP/1.1',
      'Host: x',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
      '',
      '0',
      '',
      'GET /metrics HTTP/1.1',
      'Host: x',
      '',
      '',
    ];
    const answer = await raw(smuggled.join('\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  test.each([
    ['two lengths', 'POST /v1/receivables HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'],
    ['a negative length', 'POST /v1/receivables HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    ['a line without a colon', 'GET /healthz HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n'],
    ['a bare line feed in a value', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b\nInjected: c\r\n\r\n'],
    // Little more than the limit: of a longer one the reset could overtake the answer.
    ['too much of them', `GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ${'b'.repeat(17_000)}\r\n\r\n`],
    ['no HTTP at all', '\u0016\u0003\u0001 hello\r\n\r\n'],
  ])('of %s are refused and the server goes on', async (_, text) => {
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect((await (await as({ member: 'platform' })).get('/healthz')).status).toBe(200);
  });

  test('of security stand on every answer', async () => {
    const platform = await as({ member: 'platform' });
    for (const path of ['/v1/receivables', '/docs', '/v1/nothing']) {
      const { headers } = await platform.get(path);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });

  test('of Prefer that are nonsense do no harm', async () => {
    const platform = await as({ member: 'platform' });
    for (const prefer of ['wait=', 'wait=-1', 'wait=1e9', 'wait=99999999999999999999', ';;;,,,', 'x'.repeat(4000)]) {
      const answer = await platform.post('/v1/receivables', sequence.registration(), { prefer });
      expect([201, 202]).toContain(answer.status);
    }
  });
});

describe('a connection', () => {
  test('that sends its request by the letter or goes away in the middle holds up nobody', async () => {
    const { port } = new URL(system().url());
    const slow = Array.from({ length: 50 }, () => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(
        'POST /v1/receivables HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nContent-Type: application/json\r\n\r\n{',
      );
      return socket;
    });
    const platform = await as({ member: 'platform' });
    const started = performance.now();
    await platform.register(sequence.registration());
    expect(performance.now() - started).toBeLessThan(5000);
    for (const socket of slow) socket.destroy();
    expect((await platform.get('/healthz')).status).toBe(200);
  });
});
