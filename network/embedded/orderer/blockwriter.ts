/** Signs blocks for the orderer, as Fabric's block writer does: its signature covers the header and the last configuration. */
import { randomBytes } from 'node:crypto';
import { type Signer } from '../../identity/types';
import { type BlockHeader, headerBytes, type OrdererMetadata } from '../wire/block';
import { asBuffer, NO_BYTES, Writer } from '../wire/protobuf';

const NONCE_BYTES = 24;

/** common.LastConfig { index: 0 } in common.Metadata is no bytes at all: the configuration never changes after block 0. */
const LAST_CONFIG = NO_BYTES;

/** common.OrdererBlockMetadata { last_config }: the part of the metadata that is under the signature. */
const SIGNED_VALUE = new Writer(8).message(1, NO_BYTES).finish();

export class BlockWriter {
  readonly #signer: Signer;

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  /** The orderer's entries of a block's metadata. */
  metadata(header: BlockHeader): OrdererMetadata {
    const signatureHeader = new Writer(1024)
      .bytes(1, this.#signer.serialized)
      .bytes(2, randomBytes(NONCE_BYTES))
      .finish();
    const signed = Buffer.concat([SIGNED_VALUE, signatureHeader, headerBytes(header)]);
    const signature = new Writer(1200)
      .bytes(1, signatureHeader)
      .bytes(2, asBuffer(this.#signer.sign(signed)))
      .finish();
    return {
      signatures: new Writer(1300).bytes(1, SIGNED_VALUE).message(2, signature).finish(),
      lastConfig: LAST_CONFIG,
    };
  }
}
