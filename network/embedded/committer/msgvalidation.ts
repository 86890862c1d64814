/** The first stage: the envelope by itself. Its form, its creator's signature, its identifier, its binding to a proposal. */
import { type Identity } from '../../identity/types';
import { type Channel } from '../channel';
import { computeTxId, proposalHash } from '../endorser/proposal';
import { readSubmission, type Submission } from '../orderer/submission';
import { decodeEnvelope, decodePayload, decodeSignatureHeader, HeaderType } from '../wire/common';
import {
  type ChaincodeEndorsedAction,
  decodeChaincodeActionPayload,
  decodeProposalResponsePayload,
  decodeTransaction,
} from '../wire/transaction';
import { TxValidationCode } from './codes';
import { decodeOr, Invalid } from './invalid';

/** An envelope of a block, with what is known of it when it was taken for ordering by this very process. */
export interface OrderedEnvelope {
  readonly bytes: Buffer;
  /** Present: its parts as read, and its creator's signature verified. */
  readonly submission?: Submission;
}

/** What is endorsed, once the form is found right. */
export interface EndorsedTransaction {
  readonly endorsed: ChaincodeEndorsedAction;
  /** The bytes of the ChaincodeAction. */
  readonly extension: Buffer;
}

/**
 * Reads an envelope and verifies its creator's signature.
 * @throws Invalid
 */
export function validateEnvelope(ordered: OrderedEnvelope, channel: Channel): Submission {
  if (ordered.submission !== undefined) return ordered.submission;
  const { bytes } = ordered;
  if (bytes.length === 0) throw new Invalid(TxValidationCode.NIL_ENVELOPE, 'there is no envelope');
  const envelope = decodeOr(TxValidationCode.INVALID_OTHER_REASON, () => decodeEnvelope(bytes));
  decodeOr(TxValidationCode.BAD_PAYLOAD, () => decodePayload(envelope.payload));
  const submission = decodeOr(TxValidationCode.BAD_COMMON_HEADER, () => readSubmission(bytes));
  requireCommonHeader(submission);
  const creator = identify(submission.signatureHeader.creator, channel);
  if (creator === undefined || !creator.verify(envelope.payload, envelope.signature)) {
    throw new Invalid(TxValidationCode.BAD_CREATOR_SIGNATURE, "the creator's signature is not valid");
  }
  return submission;
}

/**
 * Checks the headers and that the endorsed result is the one of this proposal.
 * @returns undefined for a configuration transaction, in which nothing is endorsed
 * @throws Invalid
 */
export function validateMessage(submission: Submission): EndorsedTransaction | undefined {
  requireCommonHeader(submission);
  const { channelHeader, signatureHeader } = submission;
  if (channelHeader.type === HeaderType.CONFIG) return undefined;
  if (channelHeader.type !== HeaderType.ENDORSER_TRANSACTION) {
    throw new Invalid(TxValidationCode.UNSUPPORTED_TX_PAYLOAD, `header type ${channelHeader.type} is not supported`);
  }
  if (channelHeader.txId !== computeTxId(signatureHeader)) {
    throw new Invalid(TxValidationCode.BAD_PROPOSAL_TXID, 'its identifier is not the hash of nonce and creator');
  }
  return validateEndorserTransaction(submission);
}

function requireCommonHeader({ channelHeader, signatureHeader }: Submission): void {
  const { type, epoch } = channelHeader;
  // CONFIG, CONFIG_UPDATE, ENDORSER_TRANSACTION
  const isKnown = type >= HeaderType.CONFIG && type <= HeaderType.ENDORSER_TRANSACTION;
  if (!isKnown || epoch !== 0) {
    throw new Invalid(TxValidationCode.BAD_COMMON_HEADER, 'unknown header type or non-zero epoch');
  }
  if (signatureHeader.nonce.length === 0 || signatureHeader.creator.length === 0) {
    throw new Invalid(TxValidationCode.BAD_COMMON_HEADER, 'no nonce or no creator');
  }
}

function validateEndorserTransaction(submission: Submission): EndorsedTransaction {
  const code = TxValidationCode.INVALID_ENDORSER_TRANSACTION;
  const actions = decodeOr(code, () => decodeTransaction(submission.payload.data));
  const [only] = actions;
  if (only === undefined || actions.length !== 1) throw new Invalid(code, `${actions.length} actions instead of one`);
  const actionHeader = decodeOr(code, () => decodeSignatureHeader(only.header));
  if (actionHeader.nonce.length === 0 || actionHeader.creator.length === 0) {
    throw new Invalid(code, 'the action has no nonce or no creator');
  }
  const { action: endorsed, chaincodeProposalPayload } = decodeOr(code, () =>
    decodeChaincodeActionPayload(only.payload),
  );
  if (endorsed === undefined) throw new Invalid(code, 'nothing is endorsed');
  const response = decodeOr(code, () => decodeProposalResponsePayload(endorsed.proposalResponsePayload));
  const channelHeader = submission.payload.header?.channelHeader;
  if (channelHeader === undefined) throw new Invalid(code, 'no channel header');
  const hash = proposalHash({ channelHeader, signatureHeader: only.header }, chaincodeProposalPayload);
  if (!hash.equals(response.proposalHash)) throw new Invalid(code, 'proposal hash does not match');
  return { endorsed, extension: response.extension };
}

function identify(serialized: Buffer, channel: Channel): Identity | undefined {
  try {
    return channel.msps.identify(serialized);
  } catch {
    return undefined;
  }
}
