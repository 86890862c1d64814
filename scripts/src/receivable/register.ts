/** `receivable register` */
import { readFile } from 'node:fs/promises';
import { type CommandSpec, WRITE_OPTIONS } from '../cli/command';
import { errorCode, UsageError, UserError } from '../cli/errors';
import type { Input } from '../cli/input';
import { act } from './act';

export const register: CommandSpec = {
  verb: 'register',
  summary: 'register a receivable on the strength of a trade document',
  details:
    'One document by options, or the whole request as JSON with --file (- reads stdin). Documents in files: see import.',
  options: [
    { flags: '--file <path>', summary: 'the request as JSON instead of the options below; - for stdin' },
    { flags: '--creditor <uscc>', summary: "the creditor's code" },
    { flags: '--creditor-name <name>', summary: "the creditor's registered name" },
    { flags: '--debtor <uscc>', summary: "the debtor's code" },
    { flags: '--debtor-name <name>', summary: "the debtor's registered name" },
    { flags: '--amount <money>', summary: 'what the debtor owes: 1000.00 (CNY), or "1000.00 EUR"' },
    { flags: '--due-date <date>', summary: 'YYYY-MM-DD' },
    { flags: '--number <number>', summary: "the document's number" },
    { flags: '--issued-on <date>', summary: 'the day on the document, YYYY-MM-DD' },
    {
      flags: '--kind <kind>',
      summary: 'what the document is',
      default: 'INVOICE',
      choices: ['INVOICE', 'CONTRACT', 'DELIVERY_NOTE', 'BILL_OF_LADING', 'CUSTOMS_ENTRY', 'STORAGE_CONTRACT'],
    },
    { flags: '--issuer <uscc>', summary: 'who issued it (default: the creditor)' },
    { flags: '--document-amount <money>', summary: "the document's value (default: the amount)" },
    { flags: '--digest <hash>', summary: "SHA-256 of the document's file" },
    ...WRITE_OPTIONS,
  ],
  examples: [
    '--creditor 91350100M000100Y43 --creditor-name "Fuzhou Parts" --debtor 91440300MA5FPLATX7 --debtor-name "Shenzhen Motors" \\\n' +
      '      --amount 1000000.00 --due-date 2027-03-31 --number 26442000000351700249 --issued-on 2026-11-22 --as platform',
    '--file receivable.json --as platform',
  ],
  async run(context, input) {
    const file = input.optional('file');
    await act(context, input, '', file === undefined ? bodyFromOptions(input) : await bodyFromFile(file));
  },
};

function bodyFromOptions(input: Input): unknown {
  const amount = input.money('amount');
  const creditor = input.text('creditor');
  const digest = input.optional('digest');
  return {
    creditor: { uscc: creditor, name: input.text('creditorName') },
    debtor: { uscc: input.text('debtor'), name: input.text('debtorName') },
    amount,
    dueDate: input.text('dueDate'),
    evidence: [
      {
        kind: input.text('kind'),
        issuer: input.optional('issuer') ?? creditor,
        number: input.text('number'),
        amount: input.optionalMoney('documentAmount') ?? amount,
        issuedOn: input.text('issuedOn'),
        ...(digest === undefined ? {} : { digest }),
      },
    ],
  };
}

async function bodyFromFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(path === '-' ? await readStdin() : await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${path}: is not JSON: ${error.message}`);
    throw new UserError(`${path}: cannot be read (${errorCode(error) ?? String(error)})`, { cause: error });
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
