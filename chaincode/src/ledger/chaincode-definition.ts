/** What the channel has committed of this chaincode: its endorsement policy in force, as the peers themselves go by it. */
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeStub } from 'fabric-shim-api';
import { PolicyError, type EndorsementPolicy } from './endorsement-policy';

const OK = 200;

/**
 * The chaincode's own endorsement policy, asked of `_lifecycle` within the transaction: all endorsers read the same one, and a transaction
 * that was endorsed before an upgrade and is ordered after it has read what is no longer so.
 * @param name under which the chaincode is defined on the channel
 * @throws PolicyError when it is not defined, another chaincode made the call, or the policy is not one of signatures.
 */
export async function ownEndorsementPolicy(stub: ChaincodeStub, name: string): Promise<EndorsementPolicy> {
  const called = calledChaincode(stub);
  if (called !== name) throw new PolicyError(`the chaincode was called as ${called}, and its name is ${name}`);
  const question = new peer.lifecycle.QueryChaincodeDefinitionArgs();
  question.setName(name);
  // The shim takes bytes, whatever its types say.
  const args = ['QueryChaincodeDefinition', question.serializeBinary()] as string[];
  const { status, message, payload } = await stub.invokeChaincode('_lifecycle', args, '');
  if (status !== OK || payload === undefined) {
    throw new PolicyError(`the definition of chaincode ${name} cannot be read: ${message ?? status}`);
  }
  const definition = peer.lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(payload);
  const policy = peer.ApplicationPolicy.deserializeBinary(definition.getValidationParameter_asU8());
  const signatures = policy.getSignaturePolicy();
  if (signatures === undefined) {
    const reference = policy.getChannelConfigPolicyReference();
    throw new PolicyError(`claims need a chaincode whose endorsement policy is one of signatures, not ${reference}`);
  }
  return signatures.serializeBinary();
}

/** The chaincode that the client's proposal names, and that the peers' policies for the transaction come from. */
export function calledChaincode(stub: ChaincodeStub): string {
  const header = stub.getSignedProposal().proposal.header.channelHeader as unknown as Readonly<{
    getExtension_asU8(): Uint8Array;
  }>;
  const extension = peer.ChaincodeHeaderExtension.deserializeBinary(header.getExtension_asU8());
  return extension.getChaincodeId()?.getName() ?? '';
}
