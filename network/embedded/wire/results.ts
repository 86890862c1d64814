/** What a transaction of a block says that it read and wrote, out of its envelope. */
import { decodeEnvelope, decodePayload } from './common';
import { WireError } from './protobuf';
import { decodeTxReadWriteSet, type NamespaceReadWriteSet } from './rwset';
import {
  decodeChaincodeAction,
  decodeChaincodeActionPayload,
  decodeProposalResponsePayload,
  decodeTransaction,
} from './transaction';

/** @throws WireError when the envelope holds no endorsed result. */
export function readWriteSets(envelope: Buffer): readonly NamespaceReadWriteSet[] {
  const [action] = decodeTransaction(decodePayload(decodeEnvelope(envelope).payload).data);
  const endorsed = action === undefined ? undefined : decodeChaincodeActionPayload(action.payload).action;
  if (endorsed === undefined) throw new WireError('the transaction has no endorsed action');
  const { extension } = decodeProposalResponsePayload(endorsed.proposalResponsePayload);
  return decodeTxReadWriteSet(decodeChaincodeAction(extension).results);
}
