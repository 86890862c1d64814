/**
 * A second, independent account of what the ledger must hold: flat tables, sums made anew at each step, no code of the rules.
 * It knows acts by meaning (who, on what, how much) and answers only whether each must be accepted.
 */

/** An act of a random sequence, in whole minor units, by numbers of things. */
export type Act =
  | Readonly<{ type: 'register'; command: number; creditor: number; debtor: number; document: number; value: bigint }>
  | Readonly<{ type: 'confirm' | 'reject'; asset: number }>
  | Readonly<{ type: 'settle'; asset: number; amount: bigint; reference: number }>
  | Readonly<{ type: 'cancel'; asset: number }>
  | Readonly<{
      type: 'propose';
      command: number;
      asset: number;
      pledgor: number;
      bank: number;
      covers: bigint;
      secures: bigint;
    }>
  | Readonly<{ type: 'accept' | 'withdraw'; pledge: number }>
  | Readonly<{ type: 'release'; pledge: number; covers: bigint | undefined }>;

/** Who acts: a member by its number, and the party in the certificate. Member 0 is the registrar, where all parties are at home. */
export type Who = Readonly<{ member: number; party: number | undefined; reader: boolean }>;

type Asset = {
  creditor: number;
  debtor: number;
  value: bigint;
  paid: bigint;
  confirmed: boolean | undefined;
  cancelled: boolean;
  references: Set<number>;
};
type Pledge = {
  asset: number;
  bank: number;
  byPledgor: boolean;
  covers: bigint;
  secures: bigint;
  state: 'open' | 'active' | 'ended';
  rank: number;
};
type Document = { creditor: number; debtor: number; used: bigint };

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export class ReferenceModel {
  readonly assets: Asset[] = [];
  readonly pledges: Pledge[] = [];
  readonly documents = new Map<number, Document>();
  readonly #done = new Set<string>();
  readonly #documentValue: bigint;
  #ranks = 0;

  /** @param documentValue what each document is worth. */
  constructor(documentValue: bigint) {
    this.#documentValue = documentValue;
  }

  /** What active pledges cover of an asset. */
  covered(asset: number): bigint {
    return this.#active(asset).reduce((sum, { covers }) => sum + covers, 0n);
  }

  /** Carries out an act if it may be. @returns whether it may. */
  apply(who: Who, act: Act): boolean {
    // A certificate of a member where its party does not live gets nowhere, nor does one that only reads.
    if (who.reader || (who.party !== undefined && who.member !== 0)) return false;
    switch (act.type) {
      case 'register':
        return this.#register(who, act);
      case 'propose':
        return this.#propose(who, act);
      case 'confirm':
      case 'reject':
      case 'settle':
      case 'cancel': {
        const asset = this.assets[act.asset];
        return asset !== undefined && this.#onAsset(who, act, asset);
      }
      case 'accept':
      case 'withdraw':
      case 'release': {
        const pledge = this.pledges[act.pledge];
        return pledge !== undefined && this.#onPledge(who, act, pledge);
      }
    }
  }

  #active(asset: number): Pledge[] {
    return this.pledges
      .filter((pledge) => pledge.asset === asset && pledge.state === 'active')
      .sort((a, b) => a.rank - b.rank);
  }

  #register(who: Who, act: Extract<Act, { type: 'register' }>): boolean {
    const place = `register/${who.member}/${act.command}`;
    const document = this.documents.get(act.document) ?? { creditor: act.creditor, debtor: act.debtor, used: 0n };
    const mayNot =
      who.member !== 0 ||
      (who.party !== undefined && who.party !== act.creditor) ||
      act.creditor === act.debtor ||
      this.#done.has(place) ||
      document.creditor !== act.creditor ||
      document.debtor !== act.debtor ||
      document.used + act.value > this.#documentValue;
    if (mayNot) return false;
    this.#done.add(place);
    this.documents.set(act.document, { ...document, used: document.used + act.value });
    const { creditor, debtor, value } = act;
    this.assets.push({
      creditor,
      debtor,
      value,
      paid: 0n,
      confirmed: undefined,
      cancelled: false,
      references: new Set(),
    });
    return true;
  }

  #takes(asset: number, covers: bigint): boolean {
    const found = this.assets[asset];
    if (found === undefined || found.cancelled || found.confirmed === false) return false;
    return found.paid + this.covered(asset) + covers <= found.value;
  }

  #isHolder(who: Who, asset: Asset): boolean {
    return who.member === 0 && (who.party === undefined || who.party === asset.creditor);
  }

  #propose(who: Who, act: Extract<Act, { type: 'propose' }>): boolean {
    const asset = this.assets[act.asset];
    if (asset === undefined) return false;
    const asBank = who.member === act.bank && who.party === undefined;
    const place = `propose/${who.member}/${act.asset}/${act.command}`;
    // Member 0 holds no claims.
    if (!(asBank || this.#isHolder(who, asset)) || act.bank === 0 || act.pledgor !== asset.creditor) return false;
    if (this.#done.has(place) || !this.#takes(act.asset, act.covers)) return false;
    this.#done.add(place);
    const { asset: on, bank, covers, secures } = act;
    this.pledges.push({ asset: on, bank, byPledgor: !asBank, covers, secures, state: 'open', rank: 0 });
    return true;
  }

  #onAsset(who: Who, act: Extract<Act, { asset: number }>, asset: Asset): boolean {
    if (asset.cancelled || asset.paid === asset.value) return false;
    const isDebtor = who.member === 0 && who.party === asset.debtor;
    switch (act.type) {
      case 'confirm':
      case 'reject': {
        const confirmed = act.type === 'confirm';
        if (!isDebtor || asset.confirmed === true || asset.confirmed === confirmed) return false;
        asset.confirmed = confirmed;
        return true;
      }
      case 'settle': {
        if (!isDebtor || asset.confirmed === false || asset.references.has(act.reference)) return false;
        if (act.amount > asset.value - asset.paid) return false;
        asset.references.add(act.reference);
        asset.paid += act.amount;
        this.#distribute(act.asset, act.amount);
        return true;
      }
      case 'cancel': {
        if (!this.#isHolder(who, asset) || this.covered(act.asset) > 0n || asset.paid > 0n) return false;
        asset.cancelled = true;
        return true;
      }
      case 'propose':
        throw new Error('a proposal has its own path');
    }
  }

  /** The debtor's word frees nothing of what banks have: what is covered beyond a loan goes to nobody else until the bank lets it go. */
  #distribute(asset: number, amount: bigint): void {
    let left = amount;
    for (const pledge of this.#active(asset)) {
      const part = least(left, least(pledge.covers, pledge.secures));
      left -= part;
      pledge.covers -= part;
      pledge.secures -= part;
    }
    const owed = (this.assets[asset]?.value ?? 0n) - (this.assets[asset]?.paid ?? 0n);
    for (const pledge of this.#active(asset).reverse()) {
      const over = this.covered(asset) - owed;
      if (over > 0n && pledge.secures === 0n) pledge.covers -= least(over, pledge.covers);
      if (pledge.covers === 0n) pledge.state = 'ended';
    }
  }

  #onPledge(who: Who, act: Extract<Act, { pledge: number }>, pledge: Pledge): boolean {
    const asset = this.assets[pledge.asset];
    if (asset === undefined) throw new Error('a pledge on nothing');
    const isBank = who.member === pledge.bank && who.party === undefined;
    const isPledgor = this.#isHolder(who, asset);
    switch (act.type) {
      case 'accept': {
        if (pledge.state !== 'open' || !(pledge.byPledgor ? isBank : isPledgor)) return false;
        if (!this.#takes(pledge.asset, pledge.covers)) return false;
        this.#ranks += 1;
        Object.assign(pledge, { state: 'active', rank: this.#ranks });
        return true;
      }
      case 'withdraw': {
        if (pledge.state !== 'open' || !(pledge.byPledgor ? isPledgor : isBank)) return false;
        Object.assign(pledge, { state: 'ended', covers: 0n });
        return true;
      }
      case 'release': {
        const covers = act.covers ?? pledge.covers;
        if (!isBank || pledge.state !== 'active' || covers > pledge.covers) return false;
        pledge.covers -= covers;
        if (pledge.covers === 0n) pledge.state = 'ended';
        return true;
      }
    }
  }
}
