/** Which channel a document and an asset belong to. Every channel's chaincode checks it; a gateway only finds its way by it. */
import { createHmac } from 'node:crypto';
import { evidenceIdentity, type Evidence, type EvidenceToken } from '../../model/evidence';
import { numberWithoutCode } from '../../model/document-number';
import { partyKey } from '../../model/party';
import { KeyedHashTokens, type EvidenceTokens } from '../../ledger/evidence-token';

/** Documents are spread over so many slots, slots over channels: a channel that is added takes over slots, and no document another slot. */
export const SLOTS = 4096;

export class Routing {
  readonly channels: number;
  readonly tokens: EvidenceTokens;
  readonly #key: Buffer;

  /** @param key that all endorsers hold, as for tokens: what routes a document must not tell which document it is. */
  constructor(channels: number, key: Buffer) {
    this.channels = channels;
    this.#key = key;
    this.tokens = new KeyedHashTokens(key);
  }

  /**
   * The channel of a document: by its number alone. So both of its tokens lie there, under its issuer and between its creditor and debtor,
   * and whether it was ever used is asked in one channel, whatever issuer the presenter states. For invoices whose numbers are unique in
   * the country, the token is a hash of just that number; where it has its code in it, the channel is that of the number without.
   */
  channelOf(document: Readonly<{ issuer: string; number: string }>): number {
    const identity = evidenceIdentity(document, partyKey(document.issuer));
    // A comparable number holds letters, digits and Han characters only.
    const number = identity.slice(identity.lastIndexOf('|') + 1);
    return this.#channelOfText(numberWithoutCode(number) ?? number);
  }

  /** The channel of an asset: that of its document with the lowest token, in whatever order they are presented. */
  homeOf(documents: readonly Evidence[]): number {
    const lowest = this.inOrder(documents).at(-1);
    if (lowest === undefined) throw new Error('an asset stands on documents');
    return this.channelOf(lowest.evidence);
  }

  /** Documents by falling token. All who need several take them in this order, the asset's home last: so no two block each other. */
  inOrder(documents: readonly Evidence[]): readonly Readonly<{ evidence: Evidence; token: EvidenceToken }>[] {
    return documents
      .map((evidence) => ({ evidence, token: this.tokens.tokenOf(evidence) }))
      .sort((a, b) => (a.token < b.token ? 1 : -1));
  }

  /** The channel that a text is spread to, for comparing ways of routing. */
  channelOfToken(token: string): number {
    return this.#channelOfText(token);
  }

  #channelOfText(text: string): number {
    const digest = createHmac('sha256', this.#key).update(`route.v1|${text}`).digest();
    return (digest.readUInt16BE(0) % SLOTS) % this.channels;
  }
}
