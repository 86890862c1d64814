/** What tests present: companies, invoices and terms, all valid; a test changes the one thing that it is about. */
import { createHash } from 'node:crypto';
import { sampleUscc, seededRandom, type Random } from '@onepledge/scripts/dist/samples';
import type { MoneyText } from '@onepledge/chaincode/model';

export type Company = Readonly<{ uscc: string; name: string }>;

export type Registration = Readonly<{
  creditor: Company;
  debtor: Company;
  amount: MoneyText;
  dueDate: string;
  evidence: readonly Readonly<{
    kind: string;
    issuer: string;
    number: string;
    amount: MoneyText;
    issuedOn: string;
    digest?: string;
  }>[];
}>;

export type PledgeTerms = Readonly<{
  assetId: string;
  pledgor: Readonly<{ uscc: string }>;
  pledgee: Readonly<{ member: string }>;
  covers: MoneyText;
  secures: MoneyText;
  maturity: string;
}>;

const DAY_MS = 86_400_000;

/** A calendar day, some days from now. */
export function day(offset: number): string {
  return new Date(Date.now() + offset * DAY_MS).toISOString().slice(0, 10);
}

/** Renminbi. @param yuan a decimal */
export function cny(yuan: string | number): MoneyText {
  return { currency: 'CNY', amount: String(yuan) };
}

/** Companies and invoices from a seed; the same seed gives the same ones, in the order in which they are asked for. */
export class Sequence {
  readonly seed: number;
  readonly random: Random;
  readonly supplier: Company;
  readonly buyer: Company;
  #serial: number;

  /** @param seed taken from ONEPLEDGE_SEED, or at random, when left out; it is printed */
  constructor(name: string, seed = seedFromEnvironment()) {
    this.seed = seed;
    process.stderr.write(`${name}: ONEPLEDGE_SEED=${seed}\n`);
    // Suites that share a ledger must not present the same invoices under one seed.
    this.random = seededRandom(seed ^ createHash('sha256').update(name).digest().readInt32BE(0));
    this.#serial = this.random.below(1_000_000) * 1_000_000;
    this.supplier = this.company('Supplier');
    this.buyer = this.company('Core Enterprise');
  }

  company(name: string): Company {
    return { uscc: sampleUscc(this.random), name: `${name} ${this.random.below(1_000_000)} Ltd` };
  }

  /** A number of a 数电票: year, region, channel, sequence. */
  invoiceNumber(): string {
    this.#serial += 1;
    return `26442${String(this.#serial).padStart(15, '0')}`;
  }

  /** A registration of one invoice by the supplier. */
  registration(change: Partial<Registration> & Readonly<{ number?: string }> = {}): Registration {
    const { number = this.invoiceNumber(), ...rest } = change;
    const creditor = rest.creditor ?? this.supplier;
    const amount = rest.amount ?? cny('1000000.00');
    return {
      creditor,
      debtor: this.buyer,
      amount,
      dueDate: day(90),
      evidence: [{ kind: 'INVOICE', issuer: creditor.uscc, number, amount, issuedOn: day(-3) }],
      ...rest,
    };
  }

  /** Terms of a pledge of all of a receivable. */
  terms(
    asset: Readonly<{ id: string; amount: MoneyText; holder: Readonly<{ uscc: string }> }>,
    member: string,
    change: Partial<PledgeTerms> = {},
  ): PledgeTerms {
    return {
      assetId: asset.id,
      pledgor: { uscc: asset.holder.uscc },
      pledgee: { member },
      covers: asset.amount,
      secures: asset.amount,
      maturity: day(60),
      ...change,
    };
  }
}

function seedFromEnvironment(): number {
  const given = process.env['ONEPLEDGE_SEED'];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
