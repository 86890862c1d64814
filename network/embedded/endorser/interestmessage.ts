/** The message that tells a client what its transaction touches: peer.ChaincodeInterest, which it may hand on to Discovery. */
import { policyToEnvelope } from '../../identity/policy';
import { Writer } from '../wire/protobuf';
import { type ChaincodeCall } from './interest';

export function encodeChaincodeInterest(calls: readonly ChaincodeCall[]): Buffer {
  const writer = new Writer(256);
  for (const call of calls) writer.message(1, encodeCall(call));
  return writer.finish();
}

function encodeCall({
  name,
  collectionNames,
  noPrivateReads,
  keyPolicies,
  disregardNamespacePolicy,
}: ChaincodeCall): Buffer {
  const writer = new Writer(128).string(1, name);
  for (const collection of collectionNames) writer.element(2, collection);
  writer.boolean(3, noPrivateReads);
  for (const policy of keyPolicies) writer.message(5, policyToEnvelope(policy).serializeBinary());
  return writer.boolean(6, disregardNamespacePolicy).finish();
}
