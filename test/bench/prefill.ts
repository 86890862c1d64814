/**
 * Fills a stopped network's ledger with registered receivables: the chaincode's own rule and codecs make the values, the network's own ledger
 * writes them, block by block. What is left out is the way there: the transactions of these blocks are empty and unsigned.
 * Run as `node prefill.js <home> <first serial> <count>`.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type * as handlerModule from '../../chaincode/dist/contracts/receivable-commands';
import type * as tokenModule from '../../chaincode/dist/ledger/evidence-token';
import type * as idsModule from '../../chaincode/dist/ledger/ids';
import type * as keyModule from '../../chaincode/dist/ledger/key';
import type * as storedModule from '../../chaincode/dist/ledger/stored';
import type * as workModule from '../../chaincode/dist/ledger/unit-of-work';
import { type Command, type CommandOf, minorOf } from '@onepledge/chaincode/model';
import type * as ledgerModule from '../../network/dist/embedded/ledger/ledger';
import type * as blockModule from '../../network/dist/embedded/wire/block';
import type * as commonModule from '../../network/dist/embedded/wire/common';
import { type Registration, registration } from './receivables';
import { ROOT } from './system';

const MEMBER = 'platform';
const MSP = 'PlatformMSP';
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
const { receivableId } = load('chaincode', 'dist', 'ledger', 'ids.js') as typeof idsModule;
const { encodeStored } = load('chaincode', 'dist', 'ledger', 'stored.js') as typeof storedModule;
const { INDEX, key } = load('chaincode', 'dist', 'ledger', 'key.js') as typeof keyModule;
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

type Writes = ReadonlyMap<string, Uint8Array>;
type Order = Readonly<{ id: string; registration: Registration; at: string }>;

/** Runs a registration by the chaincode's rule on the ledger's state. @returns what it writes, by key. */
async function byRule(ledger: ledgerModule.Ledger, tokens: tokenModule.KeyedHashTokens, order: Order): Promise<Writes> {
  const writes = new Map<string, Uint8Array>();
  const state = ledger.acquire();
  const work = new UnitOfWork({
    read: (keys) => Promise.resolve(keys.map((text) => state.get(NAMESPACE, text)?.value)),
    write: (all) => {
      for (const write of all) writes.set(write.key, write.value);
      return Promise.resolve();
    },
  });
  const identity = { mspId: MSP, party: undefined, role: 'member' } as const;
  const scope = { work, tokens, identity };
  const handler = receivableHandlers['receivable.register'];
  const command = { id: order.id, type: 'receivable.register', ...order.registration } as unknown as Command;
  const register = command as CommandOf<'receivable.register'>;
  await work.load([key.member(identity.mspId), ...handler.keys(register, scope)]);
  const actor = { ...identity, member: work.get(key.member(identity.mspId)) };
  const decided = handler.run(register, scope, { actor, at: order.at });
  if (!decided.ok) throw new Error(`${decided.error.code}: ${decided.error.detail}`);
  await work.flush(() => Promise.reject(new Error('a registration guards nothing')));
  state.release();
  return writes;
}

/** The same writes without the rule, four times as fast; the first of each block is compared with what the rule writes. */
function written(tokens: tokenModule.KeyedHashTokens, order: Order): Writes {
  const { registration, at } = order;
  const { creditor, debtor, amount, dueDate } = registration;
  const [document] = registration.evidence;
  if (document === undefined) throw new Error('a registration without a document');
  const id = receivableId(MSP, order.id);
  const value = minorOf(amount);
  const token = tokens.tokenOf(document);
  const { kind, issuer, number, issuedOn, digest } = document;
  const actor = { member: MEMBER, role: 'member' } as const;
  const use = { token, kind, issuer, number, amount: value, used: value, issuedOn, digest };
  const receivable = {
    id,
    status: 'REGISTERED',
    creditor,
    debtor,
    holder: creditor,
    holderHome: MSP,
    currency: amount.currency,
    value,
    settled: 0n,
    dueDate,
    encumbrances: [],
    lastRank: 0,
    evidence: [use],
    settlements: [],
    sequence: 1,
    registeredBy: actor,
    registeredAt: at,
  } as const;
  const event = { type: 'RECEIVABLE_REGISTERED', actor, at, assetId: id, sequence: 1, data: { amount } } as const;
  const evidence = {
    token,
    currency: amount.currency,
    value,
    used: value,
    creditorKey: creditor.uscc,
    debtorKey: debtor.uscc,
    uses: [{ assetId: id, amount: value, mspId: MSP, at }],
  };
  const changes = [{ n: 0, event }];
  return new Map([
    entry(key.receivable(id), receivable, changes),
    entry(key.evidence(token), evidence),
    entry(key.index(INDEX.holder, creditor.uscc, id), true),
    entry(key.index(INDEX.debtor, debtor.uscc, id), true),
  ]);
}

function entry<T>(at: keyModule.Key<T>, record: T, changes: readonly storedModule.StoredChange[] = []) {
  return [at.text, encodeStored(at.codec, { record, changes })] as const;
}

/** @throws Error when a value is not what the rule writes. Parties are written by the rule alone. */
function compare(rule: Writes, fast: Writes): void {
  for (const [text, value] of fast) {
    const expected = rule.get(text);
    if (expected === undefined || !Buffer.from(expected).equals(Buffer.from(value))) {
      throw new Error(
        `the rule writes ${Buffer.from(expected ?? []).toString()}, not ${Buffer.from(value).toString()}`,
      );
    }
  }
}

async function fill(home: string, first: number, count: number): Promise<void> {
  const evidenceKey = Buffer.from(readFileSync(join(home, 'secrets', 'evidence.key'), 'utf8').trim(), 'hex');
  const tokens = new KeyedHashTokens(evidenceKey);
  const ledger = await Ledger.open(join(home, 'network', 'ledger', CHANNEL), () => {
    throw new Error(`no ledger in ${home}: start the system there once`);
  });
  const at = new Date().toISOString();
  // Parties come onto the ledger with their first receivable, which the rule writes.
  const known = new Set<string>();
  const started = performance.now();
  const end = first + count;
  for (let serial = first; serial < end;) {
    const updates = new Map<string, { version: { block: number; tx: number }; value: Buffer; metadata: Buffer }>();
    const history: { namespace: string; key: string; tx: number }[] = [];
    const txIds: string[] = [];
    for (let tx = 0; tx < TRANSACTIONS_A_BLOCK && serial < end; tx += 1) {
      const size = Math.min(COMMANDS_A_TRANSACTION, end - serial);
      for (let i = 0; i < size; i += 1, serial += 1) {
        const order = { id: randomUUID(), registration: registration(serial), at };
        const fast = written(tokens, order);
        const { creditor, debtor } = order.registration;
        const isNew = !known.has(creditor.uscc) || !known.has(debtor.uscc);
        const rule = isNew || updates.size === 0 ? await byRule(ledger, tokens, order) : fast;
        compare(rule, fast);
        known.add(creditor.uscc).add(debtor.uscc);
        for (const [text, bytes] of rule) {
          const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
          updates.set(text, { version: { block: ledger.height, tx }, value, metadata: EMPTY });
          history.push({ namespace: NAMESPACE, key: text, tx });
        }
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
  await settleFiles(join(home, 'network', 'ledger', CHANNEL));
}

/** Finishes the compaction that so many writes leave open: it would go on for minutes beside the measurements that follow. */
async function settleFiles(directory: string): Promise<void> {
  const database = new ClassicLevel(directory);
  await database.open();
  await database.compactRange('', '\uffff');
  await database.close();
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
