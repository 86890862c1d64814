/** peer.ApplicationPolicy, by which a definition names its endorsement policy. */
import { policyFromEnvelope, policyToEnvelope } from '../../../identity/policy';
import { type ApplicationPolicy } from '../../channel';
import { bytesField, Reader, Writer } from '../../wire/protobuf';

/** The policy of definitions that name none. */
export const DEFAULT_ENDORSEMENT: ApplicationPolicy = {
  kind: 'channelConfig',
  reference: '/Channel/Application/Endorsement',
};

export function encodeApplicationPolicy(policy: ApplicationPolicy): Buffer {
  if (policy.kind === 'channelConfig') {
    return new Writer(policy.reference.length + 8).string(2, policy.reference).finish();
  }
  const envelope = policyToEnvelope(policy.policy).serializeBinary();
  return new Writer(envelope.length + 8).message(1, envelope).finish();
}

/**
 * Undefined: it holds neither kind of policy.
 * @throws WireError, PolicyError when it is malformed.
 */
export function decodeApplicationPolicy(bytes: Uint8Array): ApplicationPolicy | undefined {
  const reader = new Reader(bytes);
  let policy: ApplicationPolicy | undefined;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) policy = { kind: 'signature', policy: policyFromEnvelope(reader.bytes()) };
    else if (key === bytesField(2)) policy = { kind: 'channelConfig', reference: reader.string() };
    else reader.skip(key);
  }
  return policy;
}
