/** Proposals and transactions as bytes, changed in one place, for what the client's own methods cannot say. */
import { gateway, peer } from '@hyperledger/fabric-protos';
import { type Proposal } from '@hyperledger/fabric-gateway';
import { type Act } from './behaviour';
import { type Call, type CallOptions, observing, propose, validationName } from './acts';

/** Submits a call that is to run the chaincode's Init. */
export function initialise(call: Call, options: CallOptions = {}): Act {
  return async (world) => {
    const client = await world.client(options.as ?? 'org1');
    const proposal = await propose(world, call, options);
    const changed = client.gateway.newProposal(asInit(proposal));
    return observing(world, 'endorse', async () => {
      const transaction = await changed.endorse();
      const { code } = await (await transaction.submit()).getStatus();
      const result = world.hide(Buffer.from(transaction.getResult()).toString('utf8'));
      return { status: 'OK', validation: validationName(code), result };
    });
  };
}

/** The bytes of a proposal as a call of Init, to be signed anew. */
function asInit(proposal: Proposal): Uint8Array {
  const proposed = gateway.ProposedTransaction.deserializeBinary(proposal.getBytes());
  const message = peer.Proposal.deserializeBinary(proposed.getProposal()?.getProposalBytes_asU8() ?? new Uint8Array());
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(message.getPayload_asU8());
  const invocation = peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8());
  invocation.getChaincodeSpec()?.getInput()?.setIsInit(true);
  payload.setInput(invocation.serializeBinary());
  message.setPayload(payload.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(message.serializeBinary());
  proposed.setProposal(signed);
  return proposed.serializeBinary();
}
