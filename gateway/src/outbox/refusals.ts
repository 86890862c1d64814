/** What commands that came to nothing are answered. */
import type { DomainError } from '@onepledge/chaincode/model';
import type { EndorsementRefused, IdentityRefused } from '../ledger/errors';
import type { Outcome } from './intent';

/** A refusal that stands in a block, together with accepted commands, is shown with its transaction. */
export function refused(problem: DomainError, transactionId: string, block: string | undefined): Outcome {
  return { state: 'FAILED', problem, ...(block === undefined ? {} : { transactionId }) };
}

/** The network found the transaction not valid, for no reason that another try would take away. */
export function invalidated(code: string): DomainError {
  return {
    code: 'INTERNAL_ERROR',
    detail: `the network found the transaction not valid: ${code}; nothing was written`,
  };
}

/** The endorsers refused the command alone. */
export function problemOfRefusal({ reason }: EndorsementRefused): DomainError {
  switch (reason) {
    case 'TOO_LARGE':
      return { code: 'PAYLOAD_TOO_LARGE', detail: 'the request is larger than the ledger takes' };
    case 'CONTRACT':
      return { code: 'INTERNAL_ERROR', detail: 'the ledger could not carry out the request; nothing was submitted' };
  }
}

/** The ledger lets the signer in no more, and has nothing of it. @param message as in identity-refusal.ts */
export function refusedSigner({ message }: IdentityRefused): DomainError {
  return { code: 'FORBIDDEN', detail: `${message}; nothing was written` };
}

/** The command lost too many races. */
export function lostTooOften(tries: number): DomainError {
  return {
    code: 'CONFLICT',
    detail: `others changed the same asset at the same time; nothing was done in ${tries} tries`,
  };
}

/** The asset's claimants did not endorse in time. @param claimants names of members */
export function heldBy(claimants: readonly string[]): DomainError {
  const [first = '', ...others] = claimants;
  const who =
    others.length === 0
      ? `${first}, who has a claim on the asset,`
      : `one of ${claimants.join(', ')}, who have claims on the asset,`;
  return { code: 'CLAIMANT_UNAVAILABLE', detail: `${who} did not endorse in time; nothing was done` };
}
