/** Validates a transaction by itself: form, signatures, binding to its proposal, endorsement policy. Not against state. */
import { type Identity } from '../../identity/types';
import { evaluatePolicy } from '../../identity/policy';
import { type Channel } from '../channel';
import { type OwnEndorsements } from '../endorser/endorsements';
import { computeTxId, proposalHash } from '../endorser/proposal';
import { decodeEnvelope, decodePayload, decodeSignatureHeader, HeaderType } from '../wire/common';
import { decodeHeaderExtension } from '../wire/proposal';
import { WireError } from '../wire/protobuf';
import { decodeTxReadWriteSet, type NamespaceReadWriteSet } from '../wire/rwset';
import { BroadcastError, readSubmission, type Submission } from '../orderer/submission';
import {
  type ChaincodeAction,
  type ChaincodeEndorsedAction,
  decodeChaincodeAction,
  decodeChaincodeActionPayload,
  decodeChaincodeEvent,
  decodeProposalResponsePayload,
  decodeTransaction,
  type ChaincodeEvent,
} from '../wire/transaction';
import { TxValidationCode } from './codes';

/** The transaction is invalid, for this reason. */
class Invalid extends Error {
  constructor(
    readonly code: TxValidationCode,
    message: string,
  ) {
    super(message);
  }
}

/** A transaction with what its validation has found so far. */
export interface ValidatedTransaction {
  readonly code: TxValidationCode;
  /** Why it is invalid; for the log. */
  readonly reason: string;
  /** As the transaction claims it; empty when that cannot be read. */
  readonly txId: string;
  readonly namespaces: readonly NamespaceReadWriteSet[];
  readonly event: ChaincodeEvent | undefined;
}

export interface ValidationContext {
  readonly channel: Channel;
  readonly own: OwnEndorsements;
  /** The time that certificates are judged at. */
  readonly at: Date;
}

/** An envelope of a block, with what is known of it when it was taken for ordering by this very process. */
export interface OrderedEnvelope {
  readonly bytes: Buffer;
  /** Present: its parts as read, and its creator's signature verified. */
  readonly submission?: Submission;
}

export function validateTransaction(ordered: OrderedEnvelope, context: ValidationContext): ValidatedTransaction {
  let txId = '';
  try {
    const submission = ordered.submission ?? validateEnvelope(ordered.bytes, context);
    // As in Fabric, the identifier that it claims is taken for it even when something about it is wrong.
    txId = submission.channelHeader.txId;
    validateHeader(submission);
    const { endorsed, action, header } = validateEndorserTransaction(submission);
    if (submission.channelHeader.channelId !== context.channel.name) {
      throw new Invalid(TxValidationCode.TARGET_CHAIN_NOT_FOUND, 'it is for another channel');
    }
    if (context.channel.ledger.transaction(txId) !== undefined) {
      throw new Invalid(TxValidationCode.DUPLICATE_TXID, 'its identifier is in the ledger already');
    }
    const { namespaces, event } = validateAction(header, action);
    validateEndorsements(endorsed, action, namespaces, context);
    return { code: TxValidationCode.VALID, reason: '', txId, namespaces, event };
  } catch (error) {
    if (error instanceof Invalid) {
      return { code: error.code, reason: error.message, txId, namespaces: [], event: undefined };
    }
    throw error;
  }
}

/** Runs a decoder; bytes that are not the message give the code. */
function decode<T>(code: TxValidationCode, decoder: () => T): T {
  try {
    return decoder();
  } catch (error) {
    if (error instanceof WireError || error instanceof BroadcastError) throw new Invalid(code, error.message);
    throw error;
  }
}

function validateEnvelope(bytes: Buffer, context: ValidationContext): Submission {
  if (bytes.length === 0) throw new Invalid(TxValidationCode.NIL_ENVELOPE, 'there is no envelope');
  const envelope = decode(TxValidationCode.INVALID_OTHER_REASON, () => decodeEnvelope(bytes));
  decode(TxValidationCode.BAD_PAYLOAD, () => decodePayload(envelope.payload));
  const submission = decode(TxValidationCode.BAD_COMMON_HEADER, () => readSubmission(bytes));
  const { signatureHeader, channelHeader } = submission;
  if (!isKnownType(channelHeader.type) || channelHeader.epoch !== 0) {
    throw new Invalid(TxValidationCode.BAD_COMMON_HEADER, 'unknown header type or non-zero epoch');
  }
  if (signatureHeader.nonce.length === 0 || signatureHeader.creator.length === 0) {
    throw new Invalid(TxValidationCode.BAD_COMMON_HEADER, 'no nonce or no creator');
  }
  const creator = identify(signatureHeader.creator, context);
  if (creator === undefined || !creator.verify(envelope.payload, envelope.signature)) {
    throw new Invalid(TxValidationCode.BAD_CREATOR_SIGNATURE, "the creator's signature is not valid");
  }
  return submission;
}

function isKnownType(type: number): boolean {
  // CONFIG, CONFIG_UPDATE, ENDORSER_TRANSACTION
  return type >= HeaderType.CONFIG && type <= HeaderType.ENDORSER_TRANSACTION;
}

function identify(serialized: Buffer, context: ValidationContext): Identity | undefined {
  try {
    return context.channel.msps.identify(serialized, context.at);
  } catch {
    return undefined;
  }
}

function validateHeader({ channelHeader, signatureHeader }: Submission): void {
  if (!isKnownType(channelHeader.type) || channelHeader.epoch !== 0 || signatureHeader.nonce.length === 0) {
    throw new Invalid(TxValidationCode.BAD_COMMON_HEADER, 'unknown header type, non-zero epoch or no nonce');
  }
  if (channelHeader.type !== HeaderType.ENDORSER_TRANSACTION) {
    throw new Invalid(TxValidationCode.UNSUPPORTED_TX_PAYLOAD, `header type ${channelHeader.type} is not supported`);
  }
  if (channelHeader.txId !== computeTxId(signatureHeader)) {
    throw new Invalid(TxValidationCode.BAD_PROPOSAL_TXID, 'its identifier is not the hash of nonce and creator');
  }
}

interface EndorserTransaction {
  readonly endorsed: ChaincodeEndorsedAction;
  readonly action: ChaincodeAction;
  /** The chaincode that the channel header names; undefined when it names none. */
  readonly header: { readonly chaincodeName: string | undefined };
}

function validateEndorserTransaction(submission: Submission): EndorserTransaction {
  const code = TxValidationCode.INVALID_ENDORSER_TRANSACTION;
  const actions = decode(code, () => decodeTransaction(submission.payload.data));
  const [only] = actions;
  if (only === undefined || actions.length !== 1) throw new Invalid(code, `${actions.length} actions instead of one`);
  const actionHeader = decode(code, () => decodeSignatureHeader(only.header));
  if (actionHeader.nonce.length === 0 || actionHeader.creator.length === 0) {
    throw new Invalid(code, 'the action has no nonce or no creator');
  }
  const { action: endorsed, chaincodeProposalPayload } = decode(code, () => decodeChaincodeActionPayload(only.payload));
  if (endorsed === undefined) throw new Invalid(code, 'nothing is endorsed');
  const response = decode(code, () => decodeProposalResponsePayload(endorsed.proposalResponsePayload));
  const channelHeader = submission.payload.header?.channelHeader;
  if (channelHeader === undefined) throw new Invalid(code, 'no channel header');
  const hash = proposalHash({ channelHeader, signatureHeader: only.header }, chaincodeProposalPayload);
  if (!hash.equals(response.proposalHash)) throw new Invalid(code, 'proposal hash does not match');
  const chaincodeName = decode(TxValidationCode.BAD_HEADER_EXTENSION, () =>
    decodeHeaderExtension(submission.channelHeader.extension),
  );
  const action = decode(TxValidationCode.BAD_RESPONSE_PAYLOAD, () => decodeChaincodeAction(response.extension));
  return { endorsed, action, header: { chaincodeName } };
}

function validateAction(
  header: EndorserTransaction['header'],
  action: ChaincodeAction,
): { namespaces: readonly NamespaceReadWriteSet[]; event: ChaincodeEvent | undefined } {
  const namespaces = decode(TxValidationCode.BAD_RWSET, () => decodeTxReadWriteSet(action.results));
  const { chaincodeName } = header;
  if (chaincodeName === undefined || action.chaincodeId === undefined) {
    throw new Invalid(TxValidationCode.INVALID_OTHER_REASON, 'it names no chaincode');
  }
  if (chaincodeName === '' || chaincodeName !== action.chaincodeId.name || action.chaincodeId.version === '') {
    throw new Invalid(TxValidationCode.INVALID_CHAINCODE, 'header and result name different chaincodes');
  }
  let event: ChaincodeEvent | undefined;
  if (action.events.length > 0) {
    event = decode(TxValidationCode.INVALID_OTHER_REASON, () => decodeChaincodeEvent(action.events));
    if (event.chaincodeId !== chaincodeName) {
      throw new Invalid(TxValidationCode.INVALID_OTHER_REASON, 'the event is of another chaincode');
    }
  }
  const seen = new Set<string>();
  for (const { namespace, hasCollections } of namespaces) {
    if (seen.has(namespace)) throw new Invalid(TxValidationCode.ILLEGAL_WRITESET, `namespace ${namespace} twice`);
    if (hasCollections) throw new Invalid(TxValidationCode.ILLEGAL_WRITESET, 'private data collections');
    seen.add(namespace);
  }
  return { namespaces, event };
}

/** The chaincode that was called, and each whose keys are written, must agree by their policies. */
function validateEndorsements(
  endorsed: ChaincodeEndorsedAction,
  action: ChaincodeAction,
  namespaces: readonly NamespaceReadWriteSet[],
  context: ValidationContext,
): void {
  const endorsers = verifiedEndorsers(endorsed, context);
  const written = namespaces.filter((set) => set.writes.length > 0 || set.metadataWrites.length > 0);
  for (const name of new Set([action.chaincodeId?.name ?? '', ...written.map((set) => set.namespace)])) {
    const definition = context.channel.chaincodes.get(name);
    if (definition === undefined)
      throw new Invalid(TxValidationCode.INVALID_CHAINCODE, `chaincode ${name} is not defined`);
    if (!evaluatePolicy(definition.endorsementPolicy, endorsers)) {
      const by = endorsers.map((identity) => `${identity.mspId}.${identity.role ?? 'member'}`).join(', ');
      throw new Invalid(TxValidationCode.ENDORSEMENT_POLICY_FAILURE, `policy of ${name} is not satisfied by [${by}]`);
    }
  }
}

/** Identities whose endorsement's signature is right; others are passed over, as Fabric does. */
function verifiedEndorsers(endorsed: ChaincodeEndorsedAction, context: ValidationContext): readonly Identity[] {
  const payload = endorsed.proposalResponsePayload;
  const identities: Identity[] = [];
  for (const endorsement of endorsed.endorsements) {
    const identity = identify(endorsement.endorser, context);
    if (identity === undefined) continue;
    const isRight =
      context.own.includes(payload, endorsement) ||
      identity.verify(Buffer.concat([payload, endorsement.endorser]), endorsement.signature);
    if (isRight) identities.push(identity);
  }
  return identities;
}
