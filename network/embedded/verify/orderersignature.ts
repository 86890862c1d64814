/** Whether a block is signed as the channel's policy for blocks asks. */
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import { type Identity } from '../../identity/types';
import { type Channel } from '../channel';
import { type Block, BlockMetadataIndex, headerBytes } from '../wire/block';

const BLOCK_VALIDATION = '/Channel/Orderer/BlockValidation';

/** @param channel as it was before the block */
export function isSignedByOrderers({ header, metadata }: Block, { msps, policies }: Channel): boolean {
  try {
    const signed = common.Metadata.deserializeBinary(metadata[BlockMetadataIndex.SIGNATURES] ?? new Uint8Array());
    const signers = signed.getSignaturesList().flatMap((signature): readonly Identity[] => {
      const signatureHeader = signature.getSignatureHeader_asU8();
      const creator = common.SignatureHeader.deserializeBinary(signatureHeader).getCreator_asU8();
      const identity = msps.find(creator);
      const message = Buffer.concat([signed.getValue_asU8(), signatureHeader, headerBytes(header)]);
      return identity?.verify(message, signature.getSignature_asU8()) === true ? [identity] : [];
    });
    return policies.satisfied(BLOCK_VALIDATION, signers);
  } catch {
    // Bytes that are no signatures.
    return false;
  }
}
