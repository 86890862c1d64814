/** A client's proposal to invoke a chaincode, signed: what this process sends when it is a client itself. */
import { createHash, randomBytes } from 'node:crypto';
import { type Signer } from '../../identity/types';
import { HeaderType } from './common';
import { decodeSignedProposal, encodeChaincodeId, type SignedProposal } from './proposal';
import { asBuffer, Writer } from './protobuf';

export interface Invocation {
  readonly channelId: string;
  readonly chaincodeName: string;
  /** The function's name and its arguments. */
  readonly args: readonly Uint8Array[];
}

export function signInvocation({ channelId, chaincodeName, args }: Invocation, signer: Signer): SignedProposal {
  const creator = asBuffer(signer.serialized);
  const nonce = randomBytes(24);
  const txId = createHash('sha256').update(nonce).update(creator).digest('hex');
  const chaincodeId = encodeChaincodeId({ name: chaincodeName, version: '' });
  const now = Date.now();
  const timestamp = new Writer(24)
    .integer(1, Math.floor(now / 1000))
    .integer(2, (now % 1000) * 1_000_000)
    .finish();
  const channelHeader = new Writer(512)
    .integer(1, HeaderType.ENDORSER_TRANSACTION)
    .message(3, timestamp)
    .string(4, channelId)
    .string(5, txId)
    .bytes(7, new Writer(128).message(2, chaincodeId).finish())
    .finish();
  const signatureHeader = new Writer(creator.length + 64).bytes(1, creator).bytes(2, nonce).finish();
  const input = new Writer(1024);
  for (const arg of args) input.message(1, arg);
  const specification = new Writer(2048).message(2, chaincodeId).message(3, input.finish()).finish();
  const invocation = new Writer(2048).message(1, specification).finish();
  const header = new Writer(2048).message(1, channelHeader).message(2, signatureHeader).finish();
  const payload = new Writer(2048).message(1, invocation).finish();
  const proposal = new Writer(4096).message(1, header).message(2, payload).finish();
  const signature = signer.sign(proposal);
  return decodeSignedProposal(new Writer(4096).message(1, proposal).message(2, signature).finish());
}
