/** A year of a consortium in small: who owes whom on which documents. The same seed gives the same ones. */
import type { Evidence } from '../../model/evidence';
import { moneyText } from '../../model/money';
import { partyKey, type Party } from '../../model/party';
import type { PartyRecord } from '../../domain/records';
import { aParty, aReceivable, anInvoice, PLATFORM } from '../builders';
import type { Registration } from './cross-channel';

/** A whole number from 0 up to, not including, `below`. */
export type Random = (below: number) => number;

/** mulberry32. Not for secrets. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const SUPPLIERS = 400;
const CORE_ENTERPRISES = 40;

/** Few are large: of two draws the smaller one counts. */
function skewed(random: Random, below: number): number {
  return Math.min(random(below), random(below));
}

/** What is presented: most on one invoice of the tax system, some on several, some with the contract behind them, some on foreign numbers. */
export class Workload {
  readonly parties: ReadonlyMap<string, PartyRecord>;
  readonly #random: Random;
  readonly #foreign = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
    this.parties = new Map(
      Array.from({ length: SUPPLIERS + CORE_ENTERPRISES }, (_, i): [string, PartyRecord] => {
        const party = aParty(i);
        const key = partyKey(party.uscc);
        return [key, { ...party, key, home: PLATFORM.mspId, homeName: PLATFORM.name }];
      }),
    );
  }

  /** The next registration. */
  next(): Registration {
    const random = this.#random;
    const supplier = skewed(random, SUPPLIERS);
    const creditor = aParty(supplier);
    const core = skewed(random, CORE_ENTERPRISES);
    const debtor = aParty(SUPPLIERS + core);
    const kind = random(100);
    const invoices = kind < 80 ? 1 : kind < 90 ? 2 + random(2) : 1;
    // Half of those with a contract name one under which there were invoices before and will be more.
    const contract = kind >= 90 && kind < 96 ? `HT-${supplier}-${core}` : undefined;
    const foreign = kind >= 96;
    const values = Array.from({ length: invoices }, () => BigInt(1_000_00 + random(2_000_000_00)));
    const total = values.reduce((a, b) => a + b, 0n);
    const evidence = values.map((value) => this.#invoice(creditor, value, foreign));
    if (contract !== undefined) {
      const amount = moneyText('CNY', 10_000_000_000_00n);
      evidence.push(anInvoice({ kind: 'CONTRACT', issuer: debtor.uscc, number: contract, amount }));
    }
    return aReceivable({ creditor, debtor, amount: moneyText('CNY', total), evidence });
  }

  /** The same documents once more, as people try: as they are, under another kind, by another creditor, under another issuer. */
  again(registration: Registration): Registration {
    const way = this.#random(4);
    const [first, ...others] = registration.evidence;
    if (first === undefined || way === 0) return aReceivable({ ...registration, id: aReceivable().id });
    const changed: Evidence =
      way === 1 ? { ...first, kind: 'DELIVERY_NOTE' } : way === 2 ? { ...first, number: ` ${first.number} ` } : first;
    const creditor = way === 3 ? aParty(this.#random(SUPPLIERS)) : registration.creditor;
    return aReceivable({ ...registration, creditor, id: aReceivable().id, evidence: [changed, ...others] });
  }

  /** @param foreign numbered by its issuer, from 1: then many documents have the same number */
  #invoice(creditor: Party, value: bigint, foreign: boolean): Evidence {
    const amount = moneyText('CNY', value);
    if (!foreign) return anInvoice({ issuer: creditor.uscc, amount });
    const serial = (this.#foreign.get(creditor.uscc) ?? 0) + 1;
    this.#foreign.set(creditor.uscc, serial);
    return anInvoice({ issuer: creditor.uscc, amount, number: `INV-${serial}` });
  }
}
