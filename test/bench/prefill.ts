/**
 * Fills a stopped network's ledger with registered receivables: the chaincode's own rule and codecs make the values, which are then
 * written as blocks. Run as `node prefill.js <home> <first serial> <count>`.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as handlerModule from '../../chaincode/dist/contracts/receivable-commands';
import type * as tokenModule from '../../chaincode/dist/ledger/evidence-token';
import type * as idsModule from '../../chaincode/dist/ledger/ids';
import type * as keyModule from '../../chaincode/dist/ledger/key';
import type * as storedModule from '../../chaincode/dist/ledger/stored';
import type * as workModule from '../../chaincode/dist/ledger/unit-of-work';
import type * as endorsementModule from '../../chaincode/dist/testing/endorsement';
import { type Command, type CommandOf, minorOf } from '@onepledge/chaincode/model';
import { compiled } from '../support/compiled';
import { type Registration, registration } from './receivables';
import { WrittenLedger, type Writes as Entries } from './written-blocks';

const MEMBER = 'platform';
const MSP = 'PlatformMSP';
const COMMANDS_A_TRANSACTION = 200;
const TRANSACTIONS_A_BLOCK = 10;

const { receivableHandlers } = compiled(
  'chaincode',
  'dist',
  'contracts',
  'receivable-commands.js',
) as typeof handlerModule;
const { KeyedHashTokens } = compiled('chaincode', 'dist', 'ledger', 'evidence-token.js') as typeof tokenModule;
const { receivableId } = compiled('chaincode', 'dist', 'ledger', 'ids.js') as typeof idsModule;
const { encodeStored } = compiled('chaincode', 'dist', 'ledger', 'stored.js') as typeof storedModule;
const { INDEX, key } = compiled('chaincode', 'dist', 'ledger', 'key.js') as typeof keyModule;
const { UnitOfWork } = compiled('chaincode', 'dist', 'ledger', 'unit-of-work.js') as typeof workModule;
const { OWN_POLICY } = compiled('chaincode', 'dist', 'testing', 'endorsement.js') as typeof endorsementModule;
type Writes = ReadonlyMap<string, Uint8Array>;
type Order = Readonly<{ id: string; registration: Registration; at: string }>;

/** Runs a registration by the chaincode's rule on the ledger's state. @returns what it writes, by key. */
async function byRule(ledger: WrittenLedger, tokens: tokenModule.KeyedHashTokens, order: Order): Promise<Writes> {
  const writes = new Map<string, Uint8Array>();
  const work = new UnitOfWork({
    read: (keys) => Promise.resolve(ledger.read(keys)),
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
  // The policy that guards a party's key is left out: what is measured reads parties and changes none.
  await work.flush(() => Promise.resolve(OWN_POLICY));
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
  const ledger = await WrittenLedger.open(home);
  const at = new Date().toISOString();
  // Parties come onto the ledger with their first receivable, which the rule writes.
  const known = new Set<string>();
  const end = first + count;
  for (let serial = first; serial < end;) {
    const transactions: Entries[] = [];
    for (let tx = 0; tx < TRANSACTIONS_A_BLOCK && serial < end; tx += 1) {
      const entries: (readonly [string, Uint8Array])[] = [];
      const size = Math.min(COMMANDS_A_TRANSACTION, end - serial);
      for (let i = 0; i < size; i += 1, serial += 1) {
        const order = { id: randomUUID(), registration: registration(serial), at };
        const fast = written(tokens, order);
        const { creditor, debtor } = order.registration;
        const isNew = !known.has(creditor.uscc) || !known.has(debtor.uscc);
        const rule = isNew || (tx === 0 && i === 0) ? await byRule(ledger, tokens, order) : fast;
        compare(rule, fast);
        known.add(creditor.uscc).add(debtor.uscc);
        entries.push(...rule);
      }
      transactions.push(entries);
    }
    await ledger.write(transactions);
    process.send?.(serial - first);
  }
  await ledger.close();
}

if (require.main === module) {
  const [home, first, count] = process.argv.slice(2);
  if (home === undefined || first === undefined || count === undefined) {
    process.stderr.write('usage: prefill.js <home> <first serial> <count>\n');
    process.exit(2);
  }
  fill(home, Number(first), Number(count)).then(
    // With the channel to its parent open it would not end by itself.
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`prefill: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
}
