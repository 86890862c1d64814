/** Gathers endorsements: which peers are asked, and whether their answers agree. */
import { status } from '@grpc/grpc-js';
import { satisfyingOrganizations } from '../../identity/policy';
import { type EndorserAnswer } from '../endorser/interest';
import { type Peer } from '../peer';
import { type ErrorDetail } from '../wire/gateway';
import { type Endorsement, type ProposalResponse } from '../wire/proposal';
import { errorDetail, GatewayError, verdictOf } from './errors';
import { type EndorsementRequirement } from './layouts';

/** Simulates and endorses at one peer. */
export type Endorse = (peer: Peer) => Promise<EndorserAnswer>;

/** A result that enough peers have endorsed. */
export interface EndorsedResult {
  readonly payload: Buffer;
  readonly endorsements: readonly Endorsement[];
}

/** The endorsements so far: equal payloads, by organisation. */
class Collection {
  readonly details: ErrorDetail[] = [];
  readonly endorsements = new Map<string, Endorsement>();
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
    this.endorsements.set(peer.mspId, answer.endorsement);
    return true;
  }

  result(mspIds: readonly string[]): EndorsedResult {
    const endorsements = mspIds.flatMap((mspId) => {
      const endorsement = this.endorsements.get(mspId);
      return endorsement === undefined ? [] : [endorsement];
    });
    if (this.#payload === undefined || endorsements.length !== mspIds.length) throw this.notEnough();
    return { payload: this.#payload, endorsements };
  }

  notEnough(): GatewayError {
    return new GatewayError(
      status.ABORTED,
      'failed to collect enough transaction endorsements, see attached details for more info',
      this.details,
    );
  }
}

/**
 * Asks exactly these organisations, all at once; the client answers for their being enough.
 * @throws GatewayError UNAVAILABLE when one has no peer here, ABORTED when one does not endorse or disagrees.
 */
export async function endorseAt(
  mspIds: readonly string[],
  peers: ReadonlyMap<string, Peer>,
  endorse: Endorse,
): Promise<EndorsedResult> {
  const wanted = [...new Set(mspIds)];
  const missing = wanted.filter((mspId) => !peers.has(mspId));
  if (missing.length > 0) throw noPeersOf(missing);
  const collection = new Collection();
  await endorseAll(wanted, peers, endorse, collection);
  return collection.result(wanted);
}

/**
 * Asks one peer first, usually the gateway's own, then the fewest others that satisfy what the first answer turns out to need; others
 * instead of those that fail.
 * @param requirementOf what the endorsers of this answer have to satisfy
 * @param expected peers that will most likely be asked as well: they are asked beside the first, and count where they turn out to be needed
 * @throws GatewayError ABORTED when the first peer or too many others fail, FAILED_PRECONDITION when the policies cannot
 * be satisfied by the peers there are.
 */
export async function endorseByPolicy(
  requirementOf: (answer: EndorserAnswer) => EndorsementRequirement,
  firstPeer: Peer,
  expected: readonly Peer[],
  peers: ReadonlyMap<string, Peer>,
  endorse: Endorse,
): Promise<EndorsedResult> {
  const collection = new Collection();
  const asked = endorse(firstPeer);
  const ahead = new Map(expected.map((peer) => [peer, endorse(peer)]));
  for (const answer of ahead.values()) {
    answer.catch(() => {
      // Whoever needs it is told.
    });
  }
  const first = await asked;
  if (!collection.add(firstPeer, first)) {
    throw new GatewayError(
      status.ABORTED,
      'failed to endorse transaction, see attached details for more info',
      collection.details,
    );
  }
  const { policies, mspIds, peerOf } = requirementOf(first);
  const available = new Set(mspIds);
  for (;;) {
    const endorsed = [...collection.endorsements.keys()];
    const wanted = satisfyingOrganizations(policies, endorsed, [...available], peerOf);
    if (wanted === undefined) throw collection.notEnough();
    const open = wanted.filter((mspId) => !collection.endorsements.has(mspId));
    if (open.length === 0) return collection.result(wanted.length === 0 ? endorsed : wanted);
    await endorseAll(open, peers, (peer) => ahead.get(peer) ?? endorse(peer), collection);
    for (const mspId of open) if (!collection.endorsements.has(mspId)) available.delete(mspId);
  }
}

/** No peer of these organisations has the chaincode. */
export function noPeersOf(mspIds: readonly string[]): GatewayError {
  return new GatewayError(status.UNAVAILABLE, `failed to find any endorsing peers for org(s): ${mspIds.join(', ')}`);
}

async function endorseAll(
  mspIds: readonly string[],
  peers: ReadonlyMap<string, Peer>,
  endorse: Endorse,
  collection: Collection,
): Promise<void> {
  const asked = mspIds.flatMap((mspId) => {
    const peer = peers.get(mspId);
    return peer === undefined ? [] : [peer];
  });
  const answers = await Promise.all(asked.map(async (peer) => ({ peer, answer: await endorse(peer) })));
  for (const { peer, answer } of answers) collection.add(peer, answer);
}
