/** `ledger verify` */
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { Fault, Verification } from '@onepledge/network/embedded/verify';
import type { CommandSpec } from '../cli/command';
import { Unsuccessful } from '../cli/errors';
import type { Output } from '../cli/output';
import { startProgress } from '../cli/progress';
import { onLedger } from './errors';
import { ledgersOf } from './folders';

export const verify: CommandSpec = {
  verb: 'verify',
  summary: 'check all of the ledger; exit code 0 when it is whole',
  details:
    'Hashes and signature of every block, every transaction again by all rules of the network, and the state, its history and the index of ' +
    'transactions against what the valid ones lead to. For the embedded network as it is now, running or stopped, or for a copy of its ledger. ' +
    'Nothing is changed; for the time being it takes as much room again in the temporary folder.',
  options: [
    { flags: '--ledger <folder>', summary: "a channel's ledger; left out, all of the network in the home" },
    { flags: '--temporary <folder>', summary: 'where the blocks are replayed (default: the system’s own)' },
    { flags: '--faults <n>', summary: 'list at most so many', default: '20' },
  ],
  examples: ['', '--json', '--ledger /backup/2026-11-23/ledger/onepledge --temporary /var/tmp'],
  async run({ home, output }, input) {
    const folder = input.optional('ledger');
    const folders = await ledgersOf(home, folder);
    const temporary = resolve(input.optional('temporary') ?? tmpdir());
    const mostFaults = input.integer('faults', 1, 100_000);
    const found: Verification[] = [];
    for (const each of folders) found.push(await verifyOne(output, each, temporary, mostFaults));
    const whole = found.every(({ faults }) => faults.length === 0);
    output.show({ whole, ledgers: found }, () => found.map(text).join('\n\n'));
    if (!whole) throw new Unsuccessful();
  },
};

async function verifyOne(
  output: Output,
  folder: string,
  temporary: string,
  mostFaults: number | undefined,
): Promise<Verification> {
  const { verifyLedger } = await import('@onepledge/network/embedded/verify');
  const progress = await startProgress(output, 'verifying', 'blocks');
  try {
    const most = mostFaults === undefined ? {} : { mostFaults };
    return await onLedger(() => verifyLedger(folder, { temporary, ...most, onBlock: progress.update }));
  } finally {
    progress.stop();
  }
}

function text({ channel, height, lastHash, transactions, valid, keys, faults, more }: Verification): string {
  const counted = `${height} blocks, ${transactions} transactions (${valid} valid), ${keys} keys`;
  if (faults.length === 0) return `${channel}: whole. ${counted}; the last block's hash is ${lastHash}`;
  const lines = faults.map((fault) => `  ${place(fault)}: ${fault.detail} [${fault.code}]`);
  return [`${channel}: NOT whole. ${counted}`, ...lines, ...(more ? ['  and more'] : [])].join('\n');
}

function place({ block, tx, key }: Fault): string {
  const parts = [
    ...(block === undefined ? [] : [`block ${block}`]),
    ...(tx === undefined ? [] : [`transaction ${tx}`]),
    ...(key === undefined ? [] : [key]),
  ];
  return parts.join(', ');
}
