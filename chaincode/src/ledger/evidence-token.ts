/** Tokens of trade documents: a keyed hash for now, behind a port, so that a stronger scheme can replace it. */
import { createHmac } from 'node:crypto';
import { evidenceIdentity, numberIdentities, type EvidenceToken, type TradeToken } from '../model/evidence';
import { partyKey } from '../model/party';

/** Makes the token under which a document is known. Whoever has no key cannot find out which documents are on the ledger. */
export interface EvidenceTokens {
  /** By what a ledger knows the key again, and nobody finds it out. */
  readonly keyCheck: string;
  tokenOf(document: Readonly<{ issuer: string; number: string }>): EvidenceToken;
  /** The tokens of a document's number between two companies and under its issuer; none where the number alone tells the document. */
  tradesOf(
    document: Readonly<{ issuer: string; number: string }>,
    creditorKey: string,
    debtorKey: string,
  ): readonly TradeOfNumber[];
}

/** `coded`: the number has a code in it, by which documents of one number are told apart. */
export type TradeOfNumber = Readonly<{ token: TradeToken; coded: boolean }>;

/** An endorser makes other tokens than those on the ledger: every document would be new to it. Nothing is endorsed. */
export class EvidenceKeyError extends Error {
  override readonly name = 'EvidenceKeyError';
}

/** @param known what the ledger was begun with, undefined where that was not noted. @throws EvidenceKeyError for another key's tokens */
export function requireKeyOf(known: string | undefined, tokens: EvidenceTokens): void {
  if (known !== undefined && known !== tokens.keyCheck)
    throw new EvidenceKeyError("this endorser's evidence key is not the one that the ledger was begun with");
}

/** HMAC-SHA256 with a key that all endorsers hold. The chaincode makes the token itself, so no gateway can choose one. */
export class KeyedHashTokens implements EvidenceTokens {
  readonly #key: Buffer;
  readonly keyCheck: string;

  /** @throws RangeError for a key of fewer than 32 bytes. */
  constructor(key: Buffer) {
    if (key.length < 32) throw new RangeError('the evidence key needs at least 32 bytes');
    this.#key = key;
    this.keyCheck = this.#hash('key.v1');
  }

  tokenOf(document: Readonly<{ issuer: string; number: string }>): EvidenceToken {
    const identity = evidenceIdentity(document, partyKey(document.issuer));
    return this.#hash(`evidence.v1|${identity}`) as EvidenceToken;
  }

  tradesOf(
    document: Readonly<{ issuer: string; number: string }>,
    creditorKey: string,
    debtorKey: string,
  ): readonly TradeOfNumber[] {
    const parties = { issuerKey: partyKey(document.issuer), creditorKey, debtorKey };
    return numberIdentities(document, parties).map(({ identity, coded }) => ({
      token: this.#hash(`trade.v1|${identity}`) as TradeToken,
      coded,
    }));
  }

  #hash(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}
