/** A configuration update on its way: the administrators' signatures on it, and the envelope that an orderer takes. */
import { randomBytes } from 'node:crypto';
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import { ConfigSignature, ConfigUpdate, ConfigUpdateEnvelope } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { SeekInfo, SeekNewest, SeekPosition, SeekSpecified } from '@hyperledger/fabric-protos/lib/orderer/ab_pb';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb';
import { type Signer } from '../identity/types';
import { ConfigurationError } from './errors';

/** An update with the signatures of those who agree to it; more may be added, in any order. */
export function unsignedUpdate(update: ConfigUpdate): ConfigUpdateEnvelope {
  const envelope = new ConfigUpdateEnvelope();
  envelope.setConfigUpdate(update.serializeBinary());
  return envelope;
}

/** The same update with one more signature. */
export function signUpdate(envelope: ConfigUpdateEnvelope, signer: Signer): ConfigUpdateEnvelope {
  const header = signatureHeader(signer);
  const signature = new ConfigSignature();
  signature.setSignatureHeader(header);
  signature.setSignature(signer.sign(Buffer.concat([header, envelope.getConfigUpdate_asU8()])));
  const signed = ConfigUpdateEnvelope.deserializeBinary(envelope.serializeBinary());
  signed.addSignatures(signature);
  return signed;
}

/**
 * The transaction with which a channel is updated, as a serialised common.Envelope: what `peer channel update` sends.
 * @param submitter a writer of the channel; its signature on the transaction is not one on the update
 */
export function updateTransaction(envelope: ConfigUpdateEnvelope, submitter: Signer, at = new Date()): Uint8Array {
  const channel = ConfigUpdate.deserializeBinary(envelope.getConfigUpdate_asU8()).getChannelId();
  const timestamp = new Timestamp();
  timestamp.fromDate(at);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG_UPDATE);
  channelHeader.setTimestamp(timestamp);
  channelHeader.setChannelId(channel);
  return signedEnvelope(channelHeader, envelope.serializeBinary(), submitter);
}

/**
 * The request for one block of a channel, as a serialised common.Envelope: what Deliver takes.
 * @param which its number, or the newest
 */
export function seekTransaction(
  channel: string,
  which: number | 'newest',
  reader: Signer,
  at = new Date(),
): Uint8Array {
  const position = new SeekPosition();
  if (which === 'newest') position.setNewest(new SeekNewest());
  else {
    const specified = new SeekSpecified();
    specified.setNumber(which);
    position.setSpecified(specified);
  }
  const seek = new SeekInfo();
  seek.setStart(position);
  seek.setStop(position);
  const timestamp = new Timestamp();
  timestamp.fromDate(at);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.DELIVER_SEEK_INFO);
  channelHeader.setTimestamp(timestamp);
  channelHeader.setChannelId(channel);
  return signedEnvelope(channelHeader, seek.serializeBinary(), reader);
}

/**
 * The update of a transaction, or of a file as `configtxlator` and `peer channel signconfigtx` make them.
 * @param bytes of common.Envelope
 * @throws ConfigurationError when it is none
 */
export function readUpdateTransaction(bytes: Uint8Array): ConfigUpdateEnvelope {
  try {
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
    const header = payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array();
    if (common.ChannelHeader.deserializeBinary(header).getType() === common.HeaderType.CONFIG_UPDATE) {
      return ConfigUpdateEnvelope.deserializeBinary(payload.getData_asU8());
    }
  } catch (error) {
    throw new ConfigurationError('this is no transaction that updates a configuration', { cause: error });
  }
  throw new ConfigurationError('this transaction does not update a configuration');
}

function signedEnvelope(channelHeader: common.ChannelHeader, data: Uint8Array, signer: Signer): Uint8Array {
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader(signer));
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(data);
  const bytes = payload.serializeBinary();
  const envelope = new common.Envelope();
  envelope.setPayload(bytes);
  envelope.setSignature(signer.sign(bytes));
  return envelope.serializeBinary();
}

function signatureHeader(signer: Signer): Uint8Array {
  const header = new common.SignatureHeader();
  header.setCreator(signer.serialized);
  header.setNonce(randomBytes(24));
  return header.serializeBinary();
}
