/**
 * Fills a stopped network's ledger with registered receivables: the chaincode's own rule and codecs make the values, the network's own ledger
 * writes them, block by block. What is left out is the way there: the transactions of these blocks are empty and unsigned.
 * Run as `node prefill.js <home> <first serial> <count>`.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as handlerModule from '../../chaincode/dist/contracts/receivable-commands';
import type * as tokenModule from '../../chaincode/dist/ledger/evidence-token';
import type * as keyModule from '../../chaincode/dist/ledger/key';
import type * as workModule from '../../chaincode/dist/ledger/unit-of-work';
import type { Command, CommandOf, Member } from '@onepledge/chaincode/model';
import type * as ledgerModule from '../../network/dist/embedded/ledger/ledger';
import type * as blockModule from '../../network/dist/embedded/wire/block';
import type * as commonModule from '../../network/dist/embedded/wire/common';
import { registration } from './receivables';
import { ROOT } from './system';

const CHANNEL = 'onepledge';
const NAMESPACE = 'onepledge';
const COMMANDS_A_TRANSACTION = 200;
const TRANSACTIONS_A_BLOCK = 10;
const EMPTY = Buffer.alloc(0);

// Not exported by their packages, on purpose: only this program goes around their front doors.
function load(...path: readonly string[]): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- compiled files at a place that is known only at run time
  return require(join(ROOT, ...path));
}
const { receivableHandlers } = load('chaincode', 'dist', 'contracts', 'receivable-commands.js') as typeof handlerModule;
const { KeyedHashTokens } = load('chaincode', 'dist', 'ledger', 'evidence-token.js') as typeof tokenModule;
const { key } = load('chaincode', 'dist', 'ledger', 'key.js') as typeof keyModule;
const { UnitOfWork } = load('chaincode', 'dist', 'ledger', 'unit-of-work.js') as typeof workModule;
const { Ledger } = load('network', 'dist', 'embedded', 'ledger', 'ledger.js') as typeof ledgerModule;
const { blockMetadata, dataHash } = load('network', 'dist', 'embedded', 'wire', 'block.js') as typeof blockModule;
const { encodeEnvelope, encodePayload } = load(
  'network',
  'dist',
  'embedded',
  'wire',
  'common.js',
) as typeof commonModule;

type Write = Readonly<{ key: string; value: Uint8Array }>;

/** Runs registrations as one transaction on the ledger's state. @returns what it writes. */
async function transaction(
  ledger: ledgerModule.Ledger,
  tokens: tokenModule.KeyedHashTokens,
  serials: readonly number[],
  at: string,
) {
  const writes: Write[] = [];
  const state = ledger.acquire();
  const work = new UnitOfWork({
    read: (keys) => Promise.resolve(keys.map((text) => state.get(NAMESPACE, text)?.value)),
    write: (all) => {
      writes.push(...all);
      return Promise.resolve();
    },
  });
  const identity = { mspId: 'PlatformMSP', party: undefined, role: 'member' } as const;
  const scope = { work, tokens, identity };
  const handler = receivableHandlers['receivable.register'];
  const commands = serials.map((serial) => {
    const command = { id: randomUUID(), type: 'receivable.register', ...registration(serial) } as unknown as Command;
    return command as CommandOf<'receivable.register'>;
  });
  await work.load([key.member(identity.mspId), ...commands.flatMap((command) => handler.keys(command, scope))]);
  const member: Member | undefined = work.get(key.member(identity.mspId));
  for (const command of commands) {
    const decided = handler.run(command, scope, { actor: { ...identity, member }, at });
    if (!decided.ok) throw new Error(`${decided.error.code}: ${decided.error.detail}`);
  }
  await work.flush();
  state.release();
  return writes;
}

async function fill(home: string, first: number, count: number): Promise<void> {
  const evidenceKey = Buffer.from(readFileSync(join(home, 'secrets', 'evidence.key'), 'utf8').trim(), 'hex');
  const tokens = new KeyedHashTokens(evidenceKey);
  const ledger = await Ledger.open(join(home, 'network', 'ledger', CHANNEL), () => {
    throw new Error(`no ledger in ${home}: start the system there once`);
  });
  const at = new Date().toISOString();
  const started = performance.now();
  const end = first + count;
  for (let serial = first; serial < end;) {
    const updates = new Map<string, { version: { block: number; tx: number }; value: Buffer; metadata: Buffer }>();
    const history: { namespace: string; key: string; tx: number }[] = [];
    const txIds: string[] = [];
    for (let tx = 0; tx < TRANSACTIONS_A_BLOCK && serial < end; tx += 1) {
      const size = Math.min(COMMANDS_A_TRANSACTION, end - serial);
      const serials = Array.from({ length: size }, (_, i) => serial + i);
      serial += size;
      for (const write of await transaction(ledger, tokens, serials, at)) {
        const value = Buffer.from(write.value.buffer, write.value.byteOffset, write.value.byteLength);
        updates.set(write.key, { version: { block: ledger.height, tx }, value, metadata: EMPTY });
        history.push({ namespace: NAMESPACE, key: write.key, tx });
      }
      txIds.push(createHash('sha256').update(`prefill ${serial}`).digest('hex'));
    }
    const data = txIds.map((id) =>
      encodeEnvelope({ payload: encodePayload(EMPTY, Buffer.from(id)), signature: EMPTY }),
    );
    const codes = new Uint8Array(txIds.length);
    const header = { number: ledger.height, previousHash: ledger.lastHash, dataHash: dataHash(data) };
    const block = { header, data, metadata: blockMetadata(codes) };
    await ledger.commit({ block, txIds, codes, updates: new Map([[NAMESPACE, updates]]), history });
    if ((serial - first) % 100_000 === 0) {
      const seconds = (performance.now() - started) / 1000;
      process.stderr.write(`prefill: ${serial - first} of ${count}, ${Math.round((serial - first) / seconds)}/s\n`);
    }
  }
  await ledger.close();
}

if (require.main === module) {
  const [home, first, count] = process.argv.slice(2);
  if (home === undefined || first === undefined || count === undefined) {
    process.stderr.write('usage: prefill.js <home> <first serial> <count>\n');
    process.exit(2);
  }
  fill(home, Number(first), Number(count)).catch((error: unknown) => {
    process.stderr.write(`prefill: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
}
