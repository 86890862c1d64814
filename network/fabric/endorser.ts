/** An administrator's calls of a peer that no channel carries: joining, installing, what is joined and installed. */
import { createHash, randomBytes } from 'node:crypto';
import type * as grpc from '@grpc/grpc-js';
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as chaincode from '@hyperledger/fabric-protos/lib/peer/chaincode_pb';
import * as proposals from '@hyperledger/fabric-protos/lib/peer/proposal_pb';
import * as responses from '@hyperledger/fabric-protos/lib/peer/proposal_response_pb';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb';
import { type Signer } from '../identity/types';

const CALL_WITHIN_MS = 60_000;

/** A peer refused what an administrator asked. */
export class PeerRefusal extends Error {
  override readonly name = 'PeerRefusal';
}

/**
 * Calls a system chaincode of a peer outside of all channels.
 * @returns the response's payload
 * @throws PeerRefusal with the peer's message; grpc.ServiceError when it cannot be reached
 */
export async function callPeer(
  connection: grpc.Client,
  signer: Signer,
  name: string,
  args: readonly (string | Uint8Array)[],
): Promise<Uint8Array> {
  const proposal = proposalOf(signer, name, args).serializeBinary();
  const signed = new proposals.SignedProposal();
  signed.setProposalBytes(proposal);
  signed.setSignature(signer.sign(proposal));
  const answer = await new Promise<responses.ProposalResponse>((resolve, reject) => {
    connection.makeUnaryRequest(
      '/protos.Endorser/ProcessProposal',
      (message: proposals.SignedProposal) => Buffer.from(message.serializeBinary()),
      (bytes: Buffer) => responses.ProposalResponse.deserializeBinary(bytes),
      signed,
      { deadline: Date.now() + CALL_WITHIN_MS },
      (error, response) => {
        if (error !== null) reject(error);
        else if (response === undefined) reject(new PeerRefusal(`${name} gave no answer`));
        else resolve(response);
      },
    );
  });
  const response = answer.getResponse();
  if (response?.getStatus() !== 200) throw new PeerRefusal(response?.getMessage() ?? `${name} gave no response`);
  return response.getPayload_asU8();
}

function proposalOf(signer: Signer, name: string, args: readonly (string | Uint8Array)[]): proposals.Proposal {
  const id = new chaincode.ChaincodeID();
  id.setName(name);
  const input = new chaincode.ChaincodeInput();
  input.setArgsList(args.map((arg) => Buffer.from(arg)));
  const spec = new chaincode.ChaincodeSpec();
  spec.setChaincodeId(id);
  spec.setInput(input);
  const invocation = new chaincode.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new proposals.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());

  const nonce = randomBytes(24);
  const extension = new proposals.ChaincodeHeaderExtension();
  extension.setChaincodeId(id);
  const timestamp = new Timestamp();
  timestamp.fromDate(new Date());
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setTimestamp(timestamp);
  channelHeader.setTxId(createHash('sha256').update(nonce).update(signer.serialized).digest('hex'));
  channelHeader.setExtension$(extension.serializeBinary());
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.serialized);
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());

  const proposal = new proposals.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  return proposal;
}
