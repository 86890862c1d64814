/** From Fabric's errors to ours. The one place that looks into messages, where Fabric gives only a text. */
import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';

/** The ledger cannot be reached or cannot work now; nothing was ordered by the call that throws it. */
export class LedgerUnavailable extends Error {
  override readonly name: string = 'LedgerUnavailable';
}

/** The peer answers, and others that have to endorse cannot be had now: such as those of an asset's claimants. Nothing was ordered. */
export class EndorsersMissing extends LedgerUnavailable {
  override readonly name = 'EndorsersMissing';
}

/** The endorsers refused: sending the same again would be refused again. Nothing was ordered. */
export class EndorsementRefused extends Error {
  override readonly name = 'EndorsementRefused';
  /** TOO_LARGE: a smaller group may pass. CONTRACT: the program failed. */
  readonly reason: 'TOO_LARGE' | 'CONTRACT';

  constructor(reason: 'TOO_LARGE' | 'CONTRACT', message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The ledger does not let the signer in: revoked, expired, or of a CA that it does not know. */
export class IdentityRefused extends Error {
  override readonly name = 'IdentityRefused';
  /** Whether its certificate has expired: what it signed is valid all the same in any block, once orderers have taken it. */
  readonly expired: boolean;

  constructor(message: string, { expired = false, ...options }: ErrorOptions & Readonly<{ expired?: boolean }> = {}) {
    super(message, options);
    this.expired = expired;
  }
}

/** Codes with which a peer says that it, or what it needs, is not there now. */
const UNAVAILABLE: ReadonlySet<number> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
  status.FAILED_PRECONDITION,
  status.RESOURCE_EXHAUSTED,
  status.NOT_FOUND,
]);
/** Those of them with which it says that others are not there, or which may mean that. */
const MISSING: ReadonlySet<number> = new Set([status.FAILED_PRECONDITION, status.DEADLINE_EXCEEDED]);
const IDENTITY: ReadonlySet<number> = new Set([status.UNAUTHENTICATED, status.PERMISSION_DENIED]);

const ABORTED: number = status.ABORTED;
const UNAVAILABLE_NOW: number = status.UNAVAILABLE;
const LATE: ReadonlySet<number> = new Set([status.DEADLINE_EXCEEDED, status.CANCELLED]);
const GONE: ReadonlySet<number> = new Set([status.UNAVAILABLE, status.UNAUTHENTICATED, status.PERMISSION_DENIED]);

/** gRPC's own refusal of a message, and the ordering service's of an envelope. */
const TOO_LARGE = /larger than max|too large|exceeds maximum/i;
/** A peer's answer for what was before the snapshot with which it began. */
const BEFORE_SNAPSHOT = /bootstrapped from a snapshot/;
/** A peer with more calls than it takes at a time; Fabric 3.1 gives that no code of its own. */
const BUSY = /^too many requests for .*, exceeding concurrency limit/;
/** Some peer has endorsed, and not all others that are needed did. */
const TOO_FEW = /^failed to collect enough transaction endorsements/;
/** Peers that are on different heights for a moment: all of them are there. */
const MISMATCH = /ProposalResponsePayloads do not match/;
/** What the peer that is asked first says of a signer that was revoked, is not known, or has expired. */
const REFUSED_CREATOR = /access denied: channel \[[^\]]*\] creator org|client identity expired/;
/** What orderers say of a signer that is none of the channel's writers any more. */
const FORBIDDEN_BY_ORDERER = /status=FORBIDDEN/;
/** A peer's way to say that the chaincode answered with a status of 400 or more: `chaincode response 500, …`. */
const CONTRACT = /chaincode response [45][0-9]{2}/;

function describe(error: GatewayError): string {
  const peers = error.details.map(({ mspId, message }) => `${mspId}: ${message}`).join('; ');
  return peers === '' ? error.message : `${error.message} (${peers})`;
}

/** Translates what the stages before ordering throw (evaluate, endorse). */
export function translateProposalError(error: unknown): LedgerUnavailable | EndorsementRefused | IdentityRefused {
  if (error instanceof LedgerUnavailable || error instanceof EndorsementRefused) return error;
  if (!(error instanceof GatewayError)) {
    return new LedgerUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const text = describe(error);
  if (TOO_LARGE.test(text)) return new EndorsementRefused('TOO_LARGE', text, { cause: error });
  if (isRefusedIdentity(error)) return new IdentityRefused(text, { cause: error });
  if (CONTRACT.test(text)) return new EndorsementRefused('CONTRACT', text, { cause: error });
  if (MISSING.has(error.code) || (TOO_FEW.test(error.cause.details) && !MISMATCH.test(text)))
    return new EndorsersMissing(text, { cause: error });
  if (UNAVAILABLE.has(error.code) || BUSY.test(error.cause.details))
    return new LedgerUnavailable(text, { cause: error });
  // ABORTED without the contract's answer: endorsers on different heights, or a chaincode that ended. Both pass.
  if (error.code === ABORTED) return new LedgerUnavailable(text, { cause: error });
  return new EndorsementRefused('CONTRACT', text, { cause: error });
}

/** Whether the channel to the peer may be stale, so that the network's addresses should be read again. */
export function isConnectionFailure(error: unknown): boolean {
  return error instanceof GatewayError && GONE.has(error.code);
}

/** Whether what was asked for is older than the snapshot with which the peer began. */
export function isBeforeSnapshot(error: GatewayError): boolean {
  return BEFORE_SNAPSHOT.test(describe(error));
}

/** Whether a deadline passed before an answer came. */
export function isDeadline(error: unknown): boolean {
  return error instanceof GatewayError && LATE.has(error.code);
}

/** Whether a peer was not there, or did not answer in time: another one may. */
export function isSilence(error: unknown): boolean {
  return isDeadline(error) || (error instanceof GatewayError && error.code === UNAVAILABLE_NOW);
}

/**
 * Whether the peer did not let the identity in. Of a transaction the first peer's word counts: others, which are asked when that one has
 * endorsed, may be behind it for a moment.
 */
export function isRefusedIdentity(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  if (IDENTITY.has(error.code)) return true;
  const { details, cause } = error;
  if (details.length === 0 || TOO_FEW.test(cause.details)) return false;
  return details.every(({ message }) => REFUSED_CREATOR.test(message));
}

/** Whether orderers refused a transaction for who signed it. */
export function isRefusedByOrderers(error: unknown): boolean {
  return error instanceof GatewayError && FORBIDDEN_BY_ORDERER.test(describe(error));
}
