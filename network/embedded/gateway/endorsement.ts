/** Gathers endorsements: which peers are asked, and whether their answers agree. */
import { status } from '@grpc/grpc-js';
import { satisfyingPeers } from '../../identity/policy';
import { type EndorserAnswer } from '../endorser/interest';
import { type Peer, type PeersByOrganization } from '../peer';
import { type ErrorDetail } from '../wire/gateway';
import { type Endorsement, type ProposalResponse } from '../wire/proposal';
import { errorDetail, GatewayError, verdictOf } from './errors';
import { type EndorsementRequirement } from './layouts';

/** What the client is told where the first peers, or too many of all, do not endorse. */
export const NOT_ONE = 'failed to endorse transaction, see attached details for more info';
export const NOT_ENOUGH = 'failed to collect enough transaction endorsements, see attached details for more info';

/** Simulates and endorses at one peer. */
export type Endorse = (peer: Peer) => Promise<EndorserAnswer>;

/** A result that enough peers have endorsed. */
export interface EndorsedResult {
  readonly payload: Buffer;
  readonly endorsements: readonly Endorsement[];
}

/** The endorsements so far: equal payloads, by peer. */
class Collection {
  readonly details: ErrorDetail[] = [];
  readonly endorsements = new Map<Peer, Endorsement>();
  #payload: Buffer | undefined;

  /** @returns whether the answer is an endorsement that agrees with those before. */
  add(peer: Peer, answer: ProposalResponse): boolean {
    const verdict = verdictOf(answer);
    if (verdict.kind === 'failed') {
      this.details.push(errorDetail(peer, verdict.message));
      return false;
    }
    if (answer.payload === undefined || answer.endorsement === undefined) {
      this.details.push(errorDetail(peer, 'the peer did not endorse'));
      return false;
    }
    this.#payload ??= answer.payload;
    if (!this.#payload.equals(answer.payload)) {
      this.details.push(errorDetail(peer, 'ProposalResponsePayloads do not match'));
      return false;
    }
    this.endorsements.set(peer, answer.endorsement);
    return true;
  }

  /** @throws GatewayError when one of these, or nobody for an organisation, has endorsed */
  result(peers: readonly (Peer | undefined)[]): EndorsedResult {
    const endorsements = peers.flatMap((peer) => {
      const endorsement = peer === undefined ? undefined : this.endorsements.get(peer);
      return endorsement === undefined ? [] : [endorsement];
    });
    if (this.#payload === undefined || endorsements.length !== peers.length) throw this.notEnough();
    return { payload: this.#payload, endorsements };
  }

  notEnough(): GatewayError {
    return new GatewayError(status.ABORTED, NOT_ENOUGH, this.details);
  }
}

/**
 * The peers of each of these organisations.
 * @throws GatewayError UNAVAILABLE when one has none.
 */
export function peersOf(mspIds: readonly string[], peers: PeersByOrganization): readonly (readonly Peer[])[] {
  const wanted = [...new Set(mspIds)];
  const missing = wanted.filter((mspId) => !peers.has(mspId));
  if (missing.length > 0) throw noPeersOf(missing);
  return wanted.map((mspId) => peers.get(mspId) ?? []);
}

/**
 * Asks all of these organisations at once, of each one peer after another until one endorses; the client answers for their being
 * enough.
 * @throws GatewayError ABORTED when one does not endorse or disagrees.
 */
export async function endorseAt(
  organizations: readonly (readonly Peer[])[],
  endorse: Endorse,
): Promise<EndorsedResult> {
  const collection = new Collection();
  const endorsers = await Promise.all(organizations.map((peers) => oneOf(peers, endorse, collection)));
  return collection.result(endorsers.map((endorsed) => endorsed?.peer));
}

/**
 * Asks one peer first, usually the gateway's own, then the fewest others that satisfy what the first answer turns out to need; others
 * instead of those that fail, of the same organisation first.
 * @param requirementOf what the endorsers of this answer have to satisfy
 * @param first who may be asked first: one after another until one endorses
 * @param expected peers that will most likely be asked as well: they are asked beside the first, and count where they turn out to be needed
 * @throws GatewayError ABORTED when all first peers or too many others fail, FAILED_PRECONDITION when the policies cannot
 * be satisfied by the peers there are.
 */
export async function endorseByPolicy(
  requirementOf: (answer: EndorserAnswer) => EndorsementRequirement,
  first: readonly Peer[],
  expected: readonly Peer[],
  endorse: Endorse,
): Promise<EndorsedResult> {
  const begun = new Collection();
  const beginning = oneOf(first, endorse, begun);
  const ahead = new Map(expected.map((peer) => [peer, endorse(peer)]));
  for (const answer of ahead.values()) {
    answer.catch(() => {
      // Whoever needs it is told.
    });
  }
  const endorsedFirst = await beginning;
  if (endorsedFirst === undefined) {
    throw new GatewayError(status.ABORTED, NOT_ONE, begun.details);
  }
  const { policies, peers, subjectOf } = requirementOf(endorsedFirst.answer);
  // Begun anew: what the first ones said that failed is told no more once another has endorsed, and they may be asked again.
  const collection = new Collection();
  collection.add(endorsedFirst.peer, endorsedFirst.answer);
  const untried = new Set(peers);
  for (;;) {
    const endorsed = [...collection.endorsements.keys()];
    const able = peers.filter((peer) => untried.has(peer) || collection.endorsements.has(peer));
    const wanted = satisfyingPeers(policies, endorsed, able, subjectOf);
    if (wanted === undefined) throw collection.notEnough();
    const open = wanted.filter((peer) => !collection.endorsements.has(peer));
    if (open.length === 0) return collection.result(wanted.length === 0 ? endorsed : wanted);
    for (const peer of [...endorsed, ...open]) untried.delete(peer);
    const ask: Endorse = (peer) => ahead.get(peer) ?? endorse(peer);
    await Promise.all(open.map((peer) => oneOf(withStandIns(peer, untried), ask, collection)));
  }
}

/** No peer of these organisations has the chaincode. */
export function noPeersOf(mspIds: readonly string[]): GatewayError {
  return new GatewayError(status.UNAVAILABLE, `failed to find any endorsing peers for org(s): ${mspIds.join(', ')}`);
}

/** Asks one peer after another until one endorses. @returns that one; undefined: none does */
async function oneOf(
  peers: Iterable<Peer>,
  endorse: Endorse,
  collection: Collection,
): Promise<{ readonly peer: Peer; readonly answer: EndorserAnswer } | undefined> {
  for (const peer of peers) {
    const answer = await endorse(peer);
    if (collection.add(peer, answer)) return { peer, answer };
  }
  return undefined;
}

/** A peer, and then, for as long as more are asked for, those of its organisation that nobody has tried. */
function* withStandIns(peer: Peer, untried: Set<Peer>): Generator<Peer> {
  yield peer;
  for (const other of untried) {
    if (other.mspId !== peer.mspId) continue;
    untried.delete(other);
    yield other;
  }
}
