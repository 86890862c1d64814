/** Whether an orderer has signed a block, as Fabric's block validation policy asks: any one of the channel's. */
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import { type MspRegistry } from '../../identity/msp';
import { type Block, BlockMetadataIndex, headerBytes } from '../wire/block';

/** @param orderers the MSPs of the channel's orderers */
export function isSignedByOrderer({ header, metadata }: Block, orderers: MspRegistry): boolean {
  try {
    const signed = common.Metadata.deserializeBinary(metadata[BlockMetadataIndex.SIGNATURES] ?? new Uint8Array());
    return signed.getSignaturesList().some((signature) => {
      const signatureHeader = signature.getSignatureHeader_asU8();
      const creator = common.SignatureHeader.deserializeBinary(signatureHeader).getCreator_asU8();
      const identity = orderers.identify(creator);
      const message = Buffer.concat([signed.getValue_asU8(), signatureHeader, headerBytes(header)]);
      return identity.role === 'orderer' && identity.verify(message, signature.getSignature_asU8());
    });
  } catch {
    // Bytes that are no signature, or an identity of nobody.
    return false;
  }
}
