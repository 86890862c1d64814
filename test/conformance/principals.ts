/** Principals of every kind, made of the organisations' own certificates, for policies that have no text form. */
import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignaturePolicy, SignaturePolicyEnvelope } from '@hyperledger/fabric-protos/lib/common/policies_pb';
import {
  CombinedPrincipal,
  MSPIdentityAnonymity,
  MSPPrincipal,
  MSPRole,
  OrganizationUnit,
} from '@hyperledger/fabric-protos/lib/msp/msp_principal_pb';
import { canonicalForm, serializeIdentity } from '@onepledge/network';
import { type OrganizationName } from './behaviour';
import { type World } from './world';

/** Principals, once the network is there that they are of. */
export type Asked = (world: World) => Promise<readonly MSPPrincipal[]>;

export const MSP_IDS: Readonly<Record<OrganizationName, string>> = {
  ...{ org1: 'Org1MSP', org2: 'Org2MSP', org3: 'Org3MSP', org4: 'Org4MSP' },
};
const { ANONYMITY, COMBINED, IDENTITY, ORGANIZATION_UNIT, ROLE } = MSPPrincipal.Classification;

/** A policy that each of the principals satisfies by itself. */
export function oneOf(principals: readonly MSPPrincipal[]): SignaturePolicyEnvelope {
  const gate = new SignaturePolicy.NOutOf();
  gate.setN(1);
  gate.setRulesList(
    principals.map((_principal, index) => {
      const leaf = new SignaturePolicy();
      leaf.setSignedBy(index);
      return leaf;
    }),
  );
  const rule = new SignaturePolicy();
  rule.setNOutOf(gate);
  const envelope = new SignaturePolicyEnvelope();
  envelope.setRule(rule);
  envelope.setIdentitiesList([...principals]);
  return envelope;
}

/** Who has the unit in a certificate of an organisation's CA. */
export const unit =
  (organization: OrganizationName, name: string, ca: OrganizationName = organization): Asked =>
  async (world) => {
    const certificate = new X509Certificate(await pem(world, ca, 'ca'));
    const principal = new OrganizationUnit();
    principal.setMspIdentifier(MSP_IDS[organization]);
    principal.setOrganizationalUnitIdentifier(name);
    principal.setCertifiersIdentifier(createHash('sha256').update(canonicalForm(certificate, certificate)).digest());
    return [classified(ORGANIZATION_UNIT, principal.serializeBinary())];
  };

/** Who has the unit, whichever CA is meant by no identifier at all. */
export const unitOfNoCa =
  (organization: OrganizationName, name: string): Asked =>
  () => {
    const principal = new OrganizationUnit();
    principal.setMspIdentifier(MSP_IDS[organization]);
    principal.setOrganizationalUnitIdentifier(name);
    return Promise.resolve([classified(ORGANIZATION_UNIT, principal.serializeBinary())]);
  };

/** An organisation's peer and nobody else. */
export const peerItself =
  (organization: OrganizationName): Asked =>
  async (world) => [
    classified(IDENTITY, serializeIdentity(MSP_IDS[organization], await pem(world, organization, 'peer'))),
  ];

/** @param number of the role, which may be one that there is not */
export const role =
  (organization: OrganizationName, number: number): Asked =>
  () => {
    const principal = new MSPRole();
    principal.setMspIdentifier(MSP_IDS[organization]);
    principal.setRole(number as 0);
    return Promise.resolve([classified(ROLE, principal.serializeBinary())]);
  };

export const PEER = MSPRole.MSPRoleType.PEER;

const anonymity =
  (type: 0 | 1): Asked =>
  () => {
    const principal = new MSPIdentityAnonymity();
    principal.setAnonymityType(type);
    return Promise.resolve([classified(ANONYMITY, principal.serializeBinary())]);
  };

/** Whoever has a name. */
export const nominal = anonymity(MSPIdentityAnonymity.MSPIdentityAnonymityType.NOMINAL);

/** Whoever has none. */
export const anonymous = anonymity(MSPIdentityAnonymity.MSPIdentityAnonymityType.ANONYMOUS);

/** Who is all of these at once. */
export const combined =
  (...parts: readonly Asked[]): Asked =>
  async (world) => {
    const principal = new CombinedPrincipal();
    for (const part of parts) for (const one of await part(world)) principal.addPrincipals(one);
    return [classified(COMBINED, principal.serializeBinary())];
  };

/** A class of principals that there is not. */
export const unheardOf: Asked = () => Promise.resolve([classified(9, new Uint8Array())]);

/** A principal whose content is noise. */
export const unreadable: Asked = () => Promise.resolve([classified(ROLE, Uint8Array.of(0xff, 0xff))]);

/** Any of several. */
export const either =
  (...parts: readonly Asked[]): Asked =>
  async (world) =>
    (await Promise.all(parts.map((part) => part(world)))).flat();

function classified(classification: number, bytes: Uint8Array): MSPPrincipal {
  const principal = new MSPPrincipal();
  principal.setPrincipalClassification(classification as 0);
  principal.setPrincipal(bytes);
  return principal;
}

async function pem(world: World, organization: OrganizationName, name: string): Promise<string> {
  const text = await readFile(join(world.engine.home, 'crypto', organization, `${name}.pem`), 'utf8');
  const [certificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(text) ?? [];
  if (certificate === undefined) throw new Error(`${name}.pem of ${organization} has no certificate`);
  return certificate;
}
