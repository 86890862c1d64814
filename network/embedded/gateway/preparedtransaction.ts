/** An endorsed proposal as the transaction that its client signs. */
import { type UnpackedProposal } from '../endorser/proposal';
import { encodePayload } from '../wire/common';
import { Writer } from '../wire/protobuf';
import { encodeChaincodeActionPayload, encodeTransaction } from '../wire/transaction';
import { type EndorsedResult } from './endorsement';

/** The bytes of the envelope's payload. */
export function prepareTransaction(proposal: UnpackedProposal, result: EndorsedResult): Buffer {
  const action = { proposalResponsePayload: result.payload, endorsements: result.endorsements };
  const actionPayload = encodeChaincodeActionPayload(proposal.payloadWithoutTransient, action);
  const header = new Writer(4096)
    .bytes(1, proposal.header.channelHeader)
    .bytes(2, proposal.header.signatureHeader)
    .finish();
  return encodePayload(header, encodeTransaction(proposal.header.signatureHeader, actionPayload));
}
