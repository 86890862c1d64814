/** The third stage: what a transaction says of its chaincodes, and whose endorsement policies it has to satisfy. */
import { type Identity } from '../../identity/types';
import { type Channel } from '../channel';
import { type OwnEndorsements } from '../endorser/endorsements';
import { type Submission } from '../orderer/submission';
import { decodeHeaderExtension } from '../wire/proposal';
import { decodeTxReadWriteSet, type NamespaceReadWriteSet } from '../wire/rwset';
import {
  type ChaincodeAction,
  type ChaincodeEndorsedAction,
  type ChaincodeEvent,
  decodeChaincodeAction,
  decodeChaincodeEvent,
} from '../wire/transaction';
import { TxValidationCode } from './codes';
import { decodeOr, Invalid } from './invalid';
import { type EndorsedTransaction } from './msgvalidation';
import { type KeyLevelValidator } from './statebased';

/** What the ledger is to take up of a transaction. */
export interface DispatchedTransaction {
  readonly namespaces: readonly NamespaceReadWriteSet[];
  readonly event: ChaincodeEvent | undefined;
}

export interface DispatchContext {
  readonly channel: Channel;
  readonly own: OwnEndorsements;
  readonly keyLevel: KeyLevelValidator;
}

/**
 * Checks that header, result and event name one chaincode, and that the chaincode called and each one whose keys are
 * written are defined and agree by their policies.
 * @throws Invalid
 */
export function dispatch(
  submission: Submission,
  { endorsed, extension }: EndorsedTransaction,
  context: DispatchContext,
): DispatchedTransaction {
  const called = decodeOr(TxValidationCode.BAD_HEADER_EXTENSION, () =>
    decodeHeaderExtension(submission.channelHeader.extension),
  );
  const action = decodeOr(TxValidationCode.BAD_RESPONSE_PAYLOAD, () => decodeChaincodeAction(extension));
  const namespaces = decodeOr(TxValidationCode.BAD_RWSET, () => decodeTxReadWriteSet(action.results));
  const chaincodeName = requireChaincode(called, action);
  const event = readEvent(action, chaincodeName);
  const written = writtenNamespaces(namespaces);
  const endorsers = verifiedEndorsers(endorsed, context);
  for (const name of new Set([chaincodeName, ...written])) {
    const definition = context.channel.chaincodes.get(name);
    if (definition === undefined) {
      throw new Invalid(TxValidationCode.INVALID_CHAINCODE, `chaincode ${name} is not defined`);
    }
    context.keyLevel.validate(namespaces, definition, endorsers);
  }
  return { namespaces, event };
}

function requireChaincode(called: string | undefined, action: ChaincodeAction): string {
  if (called === undefined || action.chaincodeId === undefined) {
    throw new Invalid(TxValidationCode.INVALID_OTHER_REASON, 'it names no chaincode');
  }
  if (called === '' || called !== action.chaincodeId.name || action.chaincodeId.version === '') {
    throw new Invalid(TxValidationCode.INVALID_CHAINCODE, 'header and result name different chaincodes');
  }
  return called;
}

function readEvent({ events }: ChaincodeAction, chaincodeName: string): ChaincodeEvent | undefined {
  if (events.length === 0) return undefined;
  const event = decodeOr(TxValidationCode.INVALID_OTHER_REASON, () => decodeChaincodeEvent(events));
  if (event.chaincodeId !== chaincodeName) {
    throw new Invalid(TxValidationCode.INVALID_OTHER_REASON, 'the event is of another chaincode');
  }
  return event;
}

function writtenNamespaces(sets: readonly NamespaceReadWriteSet[]): readonly string[] {
  const seen = new Set<string>();
  const written: string[] = [];
  for (const set of sets) {
    const { namespace } = set;
    if (seen.has(namespace)) throw new Invalid(TxValidationCode.ILLEGAL_WRITESET, `namespace ${namespace} twice`);
    seen.add(namespace);
    if (isWritten(set) || set.collections.some(isWritten)) written.push(namespace);
  }
  return written;
}

function isWritten(set: { readonly writes: readonly unknown[]; readonly metadataWrites: readonly unknown[] }): boolean {
  return set.writes.length > 0 || set.metadataWrites.length > 0;
}

/**
 * Identities whose endorsement's signature is right; others are passed over. Each counts once. Whether a certificate has
 * expired does not matter, as validation must come to the same result at any time.
 */
function verifiedEndorsers(endorsed: ChaincodeEndorsedAction, context: DispatchContext): readonly Identity[] {
  const payload = endorsed.proposalResponsePayload;
  const identities = new Map<string, Identity>();
  for (const endorsement of endorsed.endorsements) {
    const identity = identify(endorsement.endorser, context.channel);
    // Looked at before the signature, so that one identity a thousand times costs one verification.
    if (identity === undefined || identities.has(identity.certificateId)) continue;
    const isRight =
      context.own.includes(payload, endorsement) ||
      identity.verify(Buffer.concat([payload, endorsement.endorser]), endorsement.signature);
    if (isRight) identities.set(identity.certificateId, identity);
  }
  return [...identities.values()];
}

function identify(serialized: Buffer, channel: Channel): Identity | undefined {
  try {
    return channel.msps.identify(serialized);
  } catch {
    return undefined;
  }
}
