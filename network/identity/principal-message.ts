/** Principals as protobuf: msp.MSPPrincipal, of its five kinds. */
import { SerializedIdentity } from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import {
  CombinedPrincipal,
  MSPIdentityAnonymity,
  MSPPrincipal,
  MSPRole,
  OrganizationUnit,
} from '@hyperledger/fabric-protos/lib/msp/msp_principal_pb';
import { readCertificate } from './certificate';
import { type Principal, type PrincipalRole } from './principal';

const { ANONYMITY, COMBINED, IDENTITY, ORGANIZATION_UNIT, ROLE } = MSPPrincipal.Classification;
type Classification = MSPPrincipal.ClassificationMap[keyof MSPPrincipal.ClassificationMap];

/** The message of a principal. */
export function principalToMessage(principal: Principal): MSPPrincipal {
  switch (principal.kind) {
    case 'signedBy': {
      const role = new MSPRole();
      role.setMspIdentifier(principal.mspId);
      role.setRole(ROLE_NUMBERS[principal.role]);
      return message(ROLE, role.serializeBinary());
    }
    case 'signedByIdentity':
      return message(IDENTITY, principal.serialized);
    case 'signedByUnit': {
      const unit = new OrganizationUnit();
      unit.setMspIdentifier(principal.mspId);
      unit.setOrganizationalUnitIdentifier(principal.unit);
      unit.setCertifiersIdentifier(Buffer.from(principal.certifiers, 'hex'));
      return message(ORGANIZATION_UNIT, unit.serializeBinary());
    }
    case 'signedByNominal': {
      const anonymity = new MSPIdentityAnonymity();
      anonymity.setAnonymityType(MSPIdentityAnonymity.MSPIdentityAnonymityType.NOMINAL);
      return message(ANONYMITY, anonymity.serializeBinary());
    }
    case 'signedByCombined': {
      const combined = new CombinedPrincipal();
      combined.setPrincipalsList(principal.principals.map(principalToMessage));
      return message(COMBINED, combined.serializeBinary());
    }
    case 'signedByNobody':
      return message(principal.classification as Classification, principal.principal);
  }
}

/** The principal of a message: one that cannot be read is one that nobody satisfies. */
export function principalFromMessage(principal: MSPPrincipal): Principal {
  return read(principal, 0);
}

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

/** Combined principals deeper inside one another than this are nobody's, so that no message can exhaust the stack. */
const MAX_DEPTH = 64;

function read(given: MSPPrincipal, depth: number): Principal {
  const classification = given.getPrincipalClassification();
  const principal = given.getPrincipal_asU8();
  try {
    const known = depth > MAX_DEPTH ? undefined : READERS[classification](principal, depth);
    if (known !== undefined) return known;
  } catch {
    // Malformed inside, or of a kind that is not known.
  }
  return { kind: 'signedByNobody', classification, principal };
}

const READERS: Readonly<Record<Classification, (bytes: Uint8Array, depth: number) => Principal | undefined>> = {
  [ROLE]: (bytes) => {
    const named = MSPRole.deserializeBinary(bytes);
    const role = ROLES.get(named.getRole());
    return role === undefined ? undefined : { kind: 'signedBy', mspId: named.getMspIdentifier(), role };
  },
  [ORGANIZATION_UNIT]: (bytes) => {
    const unit = OrganizationUnit.deserializeBinary(bytes);
    return {
      kind: 'signedByUnit',
      mspId: unit.getMspIdentifier(),
      unit: unit.getOrganizationalUnitIdentifier(),
      certifiers: Buffer.from(unit.getCertifiersIdentifier_asU8()).toString('hex'),
    };
  },
  [IDENTITY]: (bytes) => {
    const identity = SerializedIdentity.deserializeBinary(bytes);
    const { id } = readCertificate(identity.getIdBytes_asU8());
    return { kind: 'signedByIdentity', mspId: identity.getMspid(), certificateId: id, serialized: bytes };
  },
  [ANONYMITY]: (bytes) => {
    const type = MSPIdentityAnonymity.deserializeBinary(bytes).getAnonymityType();
    return type === MSPIdentityAnonymity.MSPIdentityAnonymityType.NOMINAL ? { kind: 'signedByNominal' } : undefined;
  },
  [COMBINED]: (bytes, depth) => ({
    kind: 'signedByCombined',
    principals: CombinedPrincipal.deserializeBinary(bytes)
      .getPrincipalsList()
      .map((one) => read(one, depth + 1)),
  }),
};

function message(classification: Classification, principal: Uint8Array): MSPPrincipal {
  const filled = new MSPPrincipal();
  filled.setPrincipalClassification(classification);
  filled.setPrincipal(principal);
  return filled;
}
