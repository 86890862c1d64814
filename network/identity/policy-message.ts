/** Signature policies as protobuf: common.SignaturePolicyEnvelope, as chaincode definitions and channel configurations hold them. */
import {
  SignaturePolicy as SignaturePolicyMessage,
  SignaturePolicyEnvelope,
} from '@hyperledger/fabric-protos/lib/common/policies_pb';
import { PolicyError } from './errors';
import { type SignaturePolicy } from './policy-tree';
import { type Principal } from './principal';
import { principalFromMessage, principalToMessage } from './principal-message';

/** Deeper nesting than this is refused, so that no message can exhaust the stack. */
const MAX_DEPTH = 64;

/** The message; one principal a leaf, from left to right, as Fabric's own parser makes it. */
export function policyToEnvelope(policy: SignaturePolicy): SignaturePolicyEnvelope {
  const principals: Principal[] = [];
  const convert = (rule: SignaturePolicy): SignaturePolicyMessage => {
    const message = new SignaturePolicyMessage();
    if (rule.kind !== 'outOf') {
      message.setSignedBy(principals.push(rule) - 1);
    } else {
      const gate = new SignaturePolicyMessage.NOutOf();
      gate.setN(rule.n);
      gate.setRulesList(rule.rules.map(convert));
      message.setNOutOf(gate);
    }
    return message;
  };
  const envelope = new SignaturePolicyEnvelope();
  envelope.setVersion(0);
  envelope.setRule(convert(policy));
  envelope.setIdentitiesList(principals.map(principalToMessage));
  return envelope;
}

/**
 * The policy of a message (or of its bytes). A principal that cannot be read is one that nobody satisfies, as in Fabric.
 * @throws PolicyError when it is not one.
 */
export function policyFromEnvelope(envelope: SignaturePolicyEnvelope | Uint8Array): SignaturePolicy {
  const message = envelope instanceof Uint8Array ? decode(envelope) : envelope;
  if (message.getVersion() !== 0) throw new PolicyError(`unknown policy version ${message.getVersion()}`);
  const principals = message.getIdentitiesList().map(principalFromMessage);
  const convert = (rule: SignaturePolicyMessage | undefined, depth: number): SignaturePolicy => {
    if (rule === undefined) throw new PolicyError('empty policy element');
    if (depth > MAX_DEPTH) throw new PolicyError(`more than ${MAX_DEPTH} gates inside one another`);
    const gate = rule.getNOutOf();
    if (gate !== undefined) {
      return { kind: 'outOf', n: gate.getN(), rules: gate.getRulesList().map((child) => convert(child, depth + 1)) };
    }
    if (!rule.hasSignedBy()) throw new PolicyError('a rule that is neither a gate nor a signature');
    const principal = principals[rule.getSignedBy()];
    if (principal === undefined) {
      throw new PolicyError(`identity index ${rule.getSignedBy()} of ${principals.length} identities`);
    }
    return principal;
  };
  return convert(message.getRule(), 0);
}

function decode(bytes: Uint8Array): SignaturePolicyEnvelope {
  try {
    return SignaturePolicyEnvelope.deserializeBinary(bytes);
  } catch {
    throw new PolicyError('error unmarshalling SignaturePolicyEnvelope: proto: cannot parse invalid wire-format data');
  }
}
