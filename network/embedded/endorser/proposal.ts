/** A proposal unpacked and checked: what a peer looks at before it runs a chaincode for a client. */
import { createHash } from 'node:crypto';
import { IdentityError, type IdentityErrorReason } from '../../identity/errors';
import { type Identity } from '../../identity/types';
import { expiresAt, type MspRegistry } from '../../identity/msp';
import {
  type ChannelHeader,
  decodeChannelHeader,
  decodeHeader,
  decodeSignatureHeader,
  type Header,
  HeaderType,
  headerTypeName,
  type SignatureHeader,
} from '../wire/common';
import {
  type ChaincodeInput,
  type ChaincodeInvocation,
  decodeChaincodeInput,
  decodeChaincodeInvocation,
  decodeChaincodeProposalPayload,
  decodeHeaderExtension,
  decodeProposal,
  encodePayloadWithoutTransient,
  type SignedProposal,
} from '../wire/proposal';
import { NO_BYTES, WireError } from '../wire/protobuf';

/** The proposal is refused before anything is run: malformed, unauthenticated, not allowed, or seen before. */
export class ProposalError extends Error {
  override readonly name = 'ProposalError';
}

/** The creator's certificate has expired. A peer refuses that before it looks at anything else. */
export class ExpiredCreatorError extends ProposalError {}

export interface UnpackedProposal {
  readonly signed: SignedProposal;
  readonly header: Header;
  readonly channelHeader: ChannelHeader;
  readonly signatureHeader: SignatureHeader;
  /** What a peer misses in it, whatever a gateway needs; undefined: nothing. */
  readonly flaw: string | undefined;
  /** From the header's extension: the chaincode that is run. */
  readonly chaincodeName: string;
  /** From the payload: the chaincode that the client's gateway routes by; a peer runs the one above. */
  readonly target: ChaincodeInvocation | undefined;
  /** The bytes of the ChaincodeInput. */
  readonly inputBytes: Buffer;
  readonly input: ChaincodeInput;
  /** The payload as it goes into the transaction, without transient data. */
  readonly payloadWithoutTransient: Buffer;
  readonly proposalHash: Buffer;
  readonly hasTransientData: boolean;
}

/** @throws ProposalError when it cannot be read as a proposal. */
export function unpackProposal(signed: SignedProposal): UnpackedProposal {
  try {
    return unpack(signed);
  } catch (error) {
    if (error instanceof WireError) throw new ProposalError(`error unmarshalling the proposal: ${error.message}`);
    throw error;
  }
}

function unpack(signed: SignedProposal): UnpackedProposal {
  const proposal = decodeProposal(signed.proposalBytes);
  const header = decodeHeader(proposal.header);
  const channelHeader = decodeChannelHeader(header.channelHeader);
  const signatureHeader = decodeSignatureHeader(header.signatureHeader);
  const chaincodeName = decodeHeaderExtension(channelHeader.extension);
  const payload = decodeChaincodeProposalPayload(proposal.payload);
  const invocation = decodeChaincodeInvocation(payload.input);
  const inputBytes = invocation?.input ?? NO_BYTES;
  const payloadWithoutTransient = encodePayloadWithoutTransient(payload.input);
  return {
    signed,
    header,
    channelHeader,
    signatureHeader,
    flaw: flawOf(chaincodeName, invocation),
    chaincodeName: chaincodeName ?? '',
    target: invocation,
    inputBytes,
    input: decodeChaincodeInput(inputBytes),
    payloadWithoutTransient,
    proposalHash: proposalHash(header, payloadWithoutTransient),
    hasTransientData: payload.hasTransientData,
  };
}

function flawOf(chaincodeName: string | undefined, invocation: ChaincodeInvocation | undefined): string | undefined {
  if (chaincodeName === undefined) return 'ChaincodeHeaderExtension.ChaincodeId is nil';
  if (chaincodeName === '') return 'ChaincodeHeaderExtension.ChaincodeId.Name is empty';
  if (invocation === undefined) return 'chaincode invocation spec did not contain chaincode spec';
  return invocation.input === undefined ? 'chaincode input did not contain any input' : undefined;
}

/** Binds a result to its proposal: SHA-256 of both headers and the payload without transient data. */
export function proposalHash(header: Header, payloadWithoutTransient: Uint8Array): Buffer {
  return createHash('sha256')
    .update(header.channelHeader)
    .update(header.signatureHeader)
    .update(payloadWithoutTransient)
    .digest();
}

/** The transaction id that a nonce and a creator give, in lower-case hex. */
export function computeTxId(header: SignatureHeader): string {
  return createHash('sha256').update(header.nonce).update(header.creator).digest('hex');
}

/**
 * Checks headers, creator and signature. Fabric's peers do not look at a proposal's timestamp, so neither does this.
 * @returns the creator.
 * @throws ProposalError
 */
export function validateProposal(proposal: UnpackedProposal, msps: MspRegistry, at: Date): Identity {
  const { channelHeader, signatureHeader, signed } = proposal;
  const creator = identifyCreator(signatureHeader.creator, msps);
  const notAfter = creator instanceof IdentityError ? expiresAt(signatureHeader.creator) : creator.notAfter;
  if (notAfter !== undefined && notAfter < at) throw new ExpiredCreatorError('proposal client identity expired');
  if (proposal.flaw !== undefined) throw new ProposalError(proposal.flaw);
  if (channelHeader.type !== HeaderType.ENDORSER_TRANSACTION && channelHeader.type !== HeaderType.CONFIG) {
    throw new ProposalError(`error validating proposal: invalid header type ${headerTypeName(channelHeader.type)}`);
  }
  if (channelHeader.epoch !== 0) throw new ProposalError('error validating proposal: epoch is non-zero');
  if (signatureHeader.nonce.length === 0) throw new ProposalError('error validating proposal: nonce is empty');
  if (signatureHeader.creator.length === 0) throw new ProposalError('error validating proposal: creator is empty');
  const expected = computeTxId(signatureHeader);
  if (channelHeader.txId !== expected) {
    throw new ProposalError(
      `error validating proposal: incorrectly computed txid '${channelHeader.txId}' -- expected '${expected}'`,
    );
  }
  if (signed.signature.length === 0) throw new ProposalError('error validating proposal: empty signature bytes');
  // The reason stays in the server's log: an outsider learns no more than that it was refused.
  const denied = `error validating proposal: access denied: channel [${channelHeader.channelId}] creator org`;
  if (creator instanceof IdentityError) {
    const org = KNOWN_ORG.has(creator.reason) ? `[${creator.mspId ?? ''}]` : 'unknown, creator is malformed';
    throw new ProposalError(`${denied} ${org}`, { cause: creator });
  }
  if (!creator.verify(signed.proposalBytes, signed.signature)) throw new ProposalError(`${denied} [${creator.mspId}]`);
  return creator;
}

/** Refusals of certificates that the MSP's CA has issued. */
const KNOWN_ORG: ReadonlySet<IdentityErrorReason> = new Set([
  'REVOKED',
  'NO_SINGLE_ROLE',
  'CA_CERTIFICATE',
  'ISSUER_OF_CAS',
  'WRONG_KEY_TYPE',
]);

function identifyCreator(creator: Buffer, msps: MspRegistry): Identity | IdentityError {
  try {
    return msps.identify(creator);
  } catch (error) {
    if (error instanceof IdentityError) return error;
    throw error;
  }
}
