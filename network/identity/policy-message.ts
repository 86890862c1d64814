/** Signature policies as protobuf: common.SignaturePolicyEnvelope, as chaincode definitions and channel configurations hold them. */
import {
  SignaturePolicy as SignaturePolicyMessage,
  SignaturePolicyEnvelope,
} from '@hyperledger/fabric-protos/lib/common/policies_pb';
import { MSPPrincipal, MSPRole } from '@hyperledger/fabric-protos/lib/msp/msp_principal_pb';
import { SerializedIdentity } from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import { readCertificate } from './certificate';
import { PolicyError } from './errors';
import { type PrincipalRole, type SignaturePolicy, type SignedBy, type SignedByIdentity } from './policy-tree';

const ROLE_NUMBERS: Readonly<Record<PrincipalRole, MSPRole.MSPRoleTypeMap[keyof MSPRole.MSPRoleTypeMap]>> = {
  member: MSPRole.MSPRoleType.MEMBER,
  admin: MSPRole.MSPRoleType.ADMIN,
  client: MSPRole.MSPRoleType.CLIENT,
  peer: MSPRole.MSPRoleType.PEER,
  orderer: MSPRole.MSPRoleType.ORDERER,
};

const ROLES = new Map<number, PrincipalRole>(
  Object.entries(ROLE_NUMBERS).map(([role, number]) => [number, role as PrincipalRole]),
);

/** Deeper nesting than this is refused, so that no message can exhaust the stack. */
const MAX_DEPTH = 64;

/** The message; one principal a leaf, from left to right, as Fabric's own parser makes it. */
export function policyToEnvelope(policy: SignaturePolicy): SignaturePolicyEnvelope {
  const principals: MSPPrincipal[] = [];
  const convert = (rule: SignaturePolicy): SignaturePolicyMessage => {
    const message = new SignaturePolicyMessage();
    if (rule.kind !== 'outOf') {
      message.setSignedBy(principals.push(principalOf(rule)) - 1);
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
  envelope.setIdentitiesList(principals);
  return envelope;
}

/**
 * The policy of a message (or of its bytes).
 * @throws PolicyError when it is not one, or names principals other than roles and single identities (organisational units).
 */
export function policyFromEnvelope(envelope: SignaturePolicyEnvelope | Uint8Array): SignaturePolicy {
  const message = envelope instanceof Uint8Array ? decode(envelope) : envelope;
  if (message.getVersion() !== 0) throw new PolicyError(`unknown policy version ${message.getVersion()}`);
  const principals = message.getIdentitiesList().map(principalFrom);
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

function principalOf(leaf: SignedBy | SignedByIdentity): MSPPrincipal {
  if (leaf.kind === 'signedByIdentity') {
    const identity = new MSPPrincipal();
    identity.setPrincipalClassification(MSPPrincipal.Classification.IDENTITY);
    identity.setPrincipal(leaf.serialized);
    return identity;
  }
  const role = new MSPRole();
  role.setMspIdentifier(leaf.mspId);
  role.setRole(ROLE_NUMBERS[leaf.role]);
  const principal = new MSPPrincipal();
  principal.setPrincipalClassification(MSPPrincipal.Classification.ROLE);
  principal.setPrincipal(role.serializeBinary());
  return principal;
}

function principalFrom(principal: MSPPrincipal, index: number): SignedBy | SignedByIdentity {
  if (principal.getPrincipalClassification() === MSPPrincipal.Classification.IDENTITY) {
    const serialized = principal.getPrincipal_asU8();
    return decodeWith(() => {
      const identity = SerializedIdentity.deserializeBinary(serialized);
      const { id } = readCertificate(identity.getIdBytes_asU8());
      return { kind: 'signedByIdentity', mspId: identity.getMspid(), certificateId: id, serialized };
    });
  }
  if (principal.getPrincipalClassification() !== MSPPrincipal.Classification.ROLE) {
    throw new PolicyError(`identity ${index} is neither a role nor an identity; only these are supported`);
  }
  const message = decodeWith(() => MSPRole.deserializeBinary(principal.getPrincipal_asU8()));
  const role = ROLES.get(message.getRole());
  if (role === undefined) throw new PolicyError(`identity ${index} has the unknown role ${message.getRole()}`);
  return { kind: 'signedBy', mspId: message.getMspIdentifier(), role };
}

function decode(bytes: Uint8Array): SignaturePolicyEnvelope {
  return decodeWith(() => SignaturePolicyEnvelope.deserializeBinary(bytes));
}

function decodeWith<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new PolicyError(`not a signature policy: ${error instanceof Error ? error.message : String(error)}`);
  }
}
