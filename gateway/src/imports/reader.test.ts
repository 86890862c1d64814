import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { addDays } from './line';
import { readImport, type ReadImport } from './reader';

const LIMITS = { bytes: 200_000, files: 5 };
const SELLER = '91350100M000100Y43';
const RECEIVABLE = {
  creditor: { uscc: SELLER, name: 'Seller' },
  debtor: { uscc: '91440300MA5FBANKA4', name: 'Buyer' },
  amount: { currency: 'CNY', amount: '10.00' },
  dueDate: '2027-03-31',
  evidence: [
    {
      kind: 'INVOICE',
      issuer: SELLER,
      number: '26442000000351700249',
      amount: { currency: 'CNY', amount: '10.00' },
      issuedOn: '2026-11-01',
    },
  ],
};
const CSV =
  'creditorUscc,creditorName,debtorUscc,debtorName,currency,amount,number,issuedOn\n' +
  `${SELLER},Seller,91440300MA5FBANKA4,Buyer,CNY,10.00,26442000000351700249,2026-11-01\n`;

/** Sends a body through a real server, as it comes to the reader. */
async function read(
  body: FormData | string | Buffer<ArrayBuffer>,
  type?: string,
  dueDays?: number,
  encoding?: string,
): Promise<ReadImport> {
  const read = new Promise<ReadImport>((resolve, reject) => {
    const server = createServer((request: IncomingMessage, response) => {
      readImport(request, dueDays, LIMITS)
        .then(resolve, reject)
        .finally(() => {
          response.end();
          server.close();
          server.closeAllConnections();
        });
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const headers: Record<string, string> = {
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      };
      // The answer does not matter: the server may end the connection before it took the body.
      fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers }).catch(() => undefined);
    });
  });
  return read;
}

function form(files: Readonly<Record<string, string>>): FormData {
  const made = new FormData();
  for (const [name, text] of Object.entries(files)) made.append('file', new Blob([text]), name);
  return made;
}

describe('an import', () => {
  test('of files gives a line a document in the order of the files', async () => {
    const { lines } = await read(form({ 'b.csv': CSV, 'a.xml': 'nothing' }), undefined, 30);

    expect(lines.map(({ file }) => file)).toEqual(['b.csv', 'a.xml']);
    expect(lines[0]).toMatchObject({ row: 2, command: expect.stringContaining('"dueDate":"2026-12-01"') });
    expect(lines[1]).toMatchObject({ problem: { code: 'INVALID_EVIDENCE' } });
  });

  test('of a document without a due date and without days needs one of them', async () => {
    const { lines } = await read(form({ 'b.csv': CSV }));

    expect(lines[0]).toMatchObject({ problem: { code: 'INVALID_INPUT', field: 'dueDate' } });
  });

  test('has one content hash for the same files, whatever the boundaries of the form', async () => {
    const first = await read(form({ 'b.csv': CSV }), undefined, 30);
    const again = await read(form({ 'b.csv': CSV }), undefined, 30);
    const other = await read(form({ 'c.csv': CSV }), undefined, 30);

    expect(again.contentHash).toBe(first.contentHash);
    expect(other.contentHash).not.toBe(first.contentHash);
  });

  test('as NDJSON takes receivables and files, a line each', async () => {
    const file = JSON.stringify({ file: 'x.csv', contentBase64: Buffer.from(CSV).toString('base64') });
    const wrong = JSON.stringify({ ...RECEIVABLE, extra: 1 });
    const text = `${JSON.stringify(RECEIVABLE)}\n\n${file}\n{"a":\n${wrong}`;

    const { lines } = await read(text, 'application/x-ndjson', 30);

    expect(lines).toEqual([
      { file: 'line-1', command: expect.stringContaining('receivable.register') },
      { file: 'x.csv', row: 2, command: expect.any(String) },
      { file: 'line-3', problem: { code: 'INVALID_INPUT', detail: expect.stringContaining('not JSON') } },
      { file: 'line-4', problem: { code: 'INVALID_INPUT', detail: expect.any(String), field: 'extra' } },
    ]);
  });

  test('takes no line that is not UTF-8, or has a field twice, for what a lenient reader makes of it', async () => {
    const good = JSON.stringify(RECEIVABLE);
    const lines = [good.replace('Seller', '\xff\xfe'), good, good.replace('"10.00"', '"1.00","amount":"10.00"')];
    const read1 = await read(Buffer.from(lines.join('\n'), 'latin1'), 'application/x-ndjson');

    expect(read1.lines).toMatchObject([
      { problem: { code: 'INVALID_INPUT', detail: 'the line is not UTF-8' } },
      { command: expect.any(String) },
      { problem: { code: 'INVALID_INPUT', detail: expect.stringContaining('twice') } },
    ]);
  });

  test('that is compressed is refused as that', async () => {
    await expect(read(JSON.stringify(RECEIVABLE), 'application/x-ndjson', 30, 'gzip')).rejects.toMatchObject({
      problem: { code: 'UNSUPPORTED_MEDIA_TYPE' },
    });
  });

  test.each([
    ['too many files', form({ a: CSV, b: CSV, c: CSV, d: CSV, e: CSV, f: CSV }), 'PAYLOAD_TOO_LARGE'],
    ['too many bytes', form({ a: 'x'.repeat(300_000) }), 'PAYLOAD_TOO_LARGE'],
    ['no file', new FormData(), 'INVALID_INPUT'],
  ])('of %s is refused as a whole', async (_name, body, code) => {
    await expect(read(body)).rejects.toMatchObject({ problem: { code } });
  });

  test('of another type says which types there are', async () => {
    await expect(read('{}', 'application/json')).rejects.toMatchObject({ problem: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
  });

  test('whose form ends before its end is refused', async () => {
    const broken = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nabc';

    await expect(read(broken, 'multipart/form-data; boundary=x')).rejects.toMatchObject({
      problem: { code: 'INVALID_INPUT' },
    });
  });
});

describe('days after a day', () => {
  test.each([
    ['2026-11-30', 90, '2027-02-28'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2026-01-01', 0, '2026-01-01'],
  ])('%s + %i is %s', (day, days, later) => {
    expect(addDays(day, days)).toBe(later);
  });
});
