/** What a contract takes from Fabric's context: the argument, the time, the signer. */
import type { Context as FabricContext } from 'fabric-contract-api';
import type { ChaincodeStub } from 'fabric-shim-api';
import { ACTOR_ROLES, type ActorRole } from '../model/member';
import { PartyIdSchema } from '../model/party';
import { refuse, type DomainError } from '../model/result';
import type { CertifiedIdentity } from '../domain/authority';
import { instantOf } from '../ledger/history';

/** How far a proposal's timestamp may be from an endorser's own clock, in milliseconds. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/**
 * The one argument of a function, as JSON.
 * @throws Error when there is not exactly one or it is not JSON; the endorsement fails with it.
 */
export function parseArgument(args: readonly string[]): unknown {
  const [text] = args;
  if (text === undefined || args.length !== 1)
    throw new Error('INVALID_INPUT: the function takes one argument, a JSON text');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('INVALID_INPUT: the argument is not JSON');
  }
}

/** The transaction's time as its client set it, UTC, RFC 3339 with milliseconds. */
export function transactionTime(stub: ChaincodeStub): string {
  return instantOf(stub.getTxTimestamp());
}

/** Why a transaction's time is refused: a client could otherwise set it back to revive what has lapsed. Undefined when it is near enough. */
export function clockProblem(at: string, now: number): DomainError | undefined {
  if (Math.abs(Date.parse(at) - now) <= CLOCK_TOLERANCE_MS) return undefined;
  return refuse('INVALID_INPUT', `the transaction's time ${at} is more than five minutes off the endorser's clock`)
    .error;
}

/** @throws Error for a role that this program does not know: it cannot tell what it may do. */
function roleOf(attribute: string | null): ActorRole {
  const role = ACTOR_ROLES.find((known) => known === (attribute ?? 'member'));
  if (role === undefined)
    throw new Error(`FORBIDDEN: the certificate's role ${JSON.stringify(attribute)} is not known`);
  return role;
}

/** @throws Error for a party that no party can be. */
function partyOf(attribute: string | null): string | undefined {
  if (attribute === null || attribute === '') return undefined;
  const party = PartyIdSchema.safeParse(attribute);
  if (!party.success)
    throw new Error(`FORBIDDEN: the certificate's party ${JSON.stringify(attribute)} is not an identifier of a party`);
  return party.data;
}

/** What the certificate that signed the proposal says of its holder. */
export function certifiedIdentity(ctx: FabricContext): CertifiedIdentity {
  const { clientIdentity } = ctx;
  return {
    mspId: clientIdentity.getMSPID(),
    party: partyOf(clientIdentity.getAttributeValue('party')),
    role: roleOf(clientIdentity.getAttributeValue('role')),
  };
}
