/** Signs blocks for the orderer, as Fabric's block writer does: its signature covers the header and the last configuration. */
import { randomBytes } from 'node:crypto';
import { type Signer } from '../../identity/types';
import { type BlockHeader, headerBytes, type OrdererMetadata } from '../wire/block';
import { encodeEnvelope, encodePayload, HeaderType } from '../wire/common';
import { asBuffer, Writer } from '../wire/protobuf';

const NONCE_BYTES = 24;

export class BlockWriter {
  readonly #signer: Signer;

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  /**
   * The orderer's entries of a block's metadata.
   * @param lastConfigBlock the number of the last configuration block, which may be this one
   */
  metadata(header: BlockHeader, lastConfigBlock: number): OrdererMetadata {
    const lastConfig = new Writer(16).integer(1, lastConfigBlock).finish();
    // common.OrdererBlockMetadata: the part of the metadata that is under the signature.
    const signedValue = new Writer(24).message(1, lastConfig).finish();
    const signatureHeader = this.#signatureHeader();
    const signed = Buffer.concat([signedValue, signatureHeader, headerBytes(header)]);
    const signature = new Writer(1200)
      .bytes(1, signatureHeader)
      .bytes(2, asBuffer(this.#signer.sign(signed)))
      .finish();
    return {
      signatures: new Writer(1300).bytes(1, signedValue).message(2, signature).finish(),
      lastConfig: new Writer(24).bytes(1, lastConfig).finish(),
    };
  }

  /**
   * A configuration transaction: what the orderer makes of an update.
   * @param configEnvelope the bytes of a ConfigEnvelope
   * @returns the serialised envelope
   */
  configTransaction(channel: string, configEnvelope: Uint8Array, at: Date): Buffer {
    const timestamp = new Writer(16).integer(1, Math.floor(at.getTime() / 1000)).finish();
    const channelHeader = new Writer(256)
      .integer(1, HeaderType.CONFIG)
      .integer(2, 1)
      .message(3, timestamp)
      .string(4, channel)
      .finish();
    const header = new Writer(1500).bytes(1, channelHeader).bytes(2, this.#signatureHeader()).finish();
    const payload = encodePayload(header, configEnvelope);
    return encodeEnvelope({ payload, signature: asBuffer(this.#signer.sign(payload)) });
  }

  #signatureHeader(): Buffer {
    return new Writer(1024).bytes(1, this.#signer.serialized).bytes(2, randomBytes(NONCE_BYTES)).finish();
  }
}
