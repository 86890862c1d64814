/** Changes of a channel's organisations: who is a member, by which certificates it is known, what it has revoked. */
import { type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { readCertificate, splitPem } from '../identity/certificate';
import { readRevocationLists, type RevocationList } from '../identity/revocation-list';
import { groupIn, organizationIn, organizationsIn, type Part, setValue } from './element';
import { ConfigurationError } from './errors';
import { type MspMaterial, mspValue, setAuthorities } from './msp';
import {
  anchorPeers,
  type HostPort,
  type MemberDefinition,
  memberGroup,
  type OrderingDefinition,
  orderingOrganizationGroup,
} from './organization';
import { type ConfigurationChange } from './update';

/** Takes an organisation in as a member: its clients may propose and its peers endorse from then on. */
export function addOrganization(member: MemberDefinition): ConfigurationChange {
  return (channelGroup) => {
    add(channelGroup, 'Application', member.mspId, memberGroup(member));
  };
}

/** Ends an organisation's membership; what it has signed before stays valid. */
export function removeOrganization(mspId: string): ConfigurationChange {
  return (channelGroup) => {
    remove(channelGroup, 'Application', mspId);
  };
}

/** Takes an organisation in that is to run orderers. Its orderers are added one by one. */
export function addOrderingOrganization(organization: OrderingDefinition): ConfigurationChange {
  return (channelGroup) => {
    if (organization.endpoints.length === 0) {
      throw new ConfigurationError(
        `${organization.mspId} has no endpoint: Fabric takes no ordering organisation without`,
      );
    }
    add(channelGroup, 'Orderer', organization.mspId, orderingOrganizationGroup(organization));
  };
}

/** Takes an ordering organisation away, after its orderers. */
export function removeOrderingOrganization(mspId: string): ConfigurationChange {
  return (channelGroup) => {
    remove(channelGroup, 'Orderer', mspId);
  };
}

/**
 * Puts revocation lists in place of an MSP's earlier ones, as member and as ordering organisation; none revokes nothing.
 * @param crlPems PEM texts, each signed by a CA of the MSP and naming its key. Fabric takes others and then passes over those of strangers,
 * and trusts nobody of the MSP where a list names no key
 */
export function setRevocationList(mspId: string, crlPems: readonly string[]): ConfigurationChange {
  return (channelGroup) => {
    changeMsp(channelGroup, mspId, (msp) => {
      const cas = [...msp.getRootCertsList_asU8(), ...msp.getIntermediateCertsList_asU8()].map(readCertificate);
      const lists = crlPems.flatMap((pem) => blocksOf(mspId, pem));
      for (const { list } of lists) {
        if (!cas.some((ca) => list.isSignedBy(ca.x509.publicKey))) {
          throw new ConfigurationError(`no CA of ${mspId} has signed the revocation list`);
        }
        if (list.authorityKeyId === undefined) {
          throw new ConfigurationError(
            `the revocation list of ${mspId} does not name its CA's key (AuthorityKeyIdentifier)`,
          );
        }
      }
      msp.setRevocationListList(lists.map(({ pem }) => Buffer.from(pem)));
    });
  };
}

/**
 * Puts CAs in place of an MSP's earlier ones, as member and as ordering organisation. To replace a CA without a break, give the old
 * and the new one first, and the new one alone when all certificates of the old are gone.
 */
export function setCertificateAuthorities(material: MspMaterial): ConfigurationChange {
  return (channelGroup) => {
    if (splitPem(material.caPem).length === 0 || splitPem(material.tlsCaPem).length === 0) {
      throw new ConfigurationError(`${material.mspId} needs an enrolment CA and a TLS CA`);
    }
    changeMsp(channelGroup, material.mspId, (msp) => {
      setAuthorities(msp, material);
    });
  };
}

/** Names the peers that other members' peers find a member's by. */
export function setAnchorPeers(mspId: string, peers: readonly HostPort[]): ConfigurationChange {
  return (channelGroup) => {
    setValue(organizationIn(channelGroup, 'Application', mspId).group, 'AnchorPeers', anchorPeers(peers));
  };
}

function add(channelGroup: ConfigGroup, part: Part, mspId: string, group: ConfigGroup): void {
  const parent = groupIn(channelGroup, part);
  const taken = organizationsIn(channelGroup, part).some(({ name, msp }) => name === mspId || msp.getName() === mspId);
  if (taken)
    throw new ConfigurationError(
      `${mspId} is ${part === 'Application' ? 'a member' : 'an ordering organisation'} already`,
    );
  parent.getGroupsMap().set(mspId, group);
}

function remove(channelGroup: ConfigGroup, part: Part, mspId: string): void {
  const { name } = organizationIn(channelGroup, part, mspId);
  if (organizationsIn(channelGroup, part).length === 1) {
    throw new ConfigurationError(`${mspId} is the last: a channel needs one at least`);
  }
  groupIn(channelGroup, part).getGroupsMap().del(name);
}

type Msp = ReturnType<typeof organizationIn>['msp'];

/** An organisation may be member and ordering organisation: Fabric wants one MSP, said twice, then. */
function changeMsp(channelGroup: ConfigGroup, mspId: string, change: (msp: Msp) => void): void {
  const found = (['Application', 'Orderer'] as const)
    .flatMap((part) => organizationsIn(channelGroup, part))
    .filter(({ msp }) => msp.getName() === mspId);
  if (found.length === 0) throw new ConfigurationError(`no organisation of the channel has the MSP ${mspId}`);
  for (const { group, msp } of found) {
    change(msp);
    setValue(group, 'MSP', mspValue(msp));
  }
}

/** Each list of a PEM text by itself, under the name that Fabric knows it by. */
function blocksOf(mspId: string, text: string): readonly { readonly pem: string; readonly list: RevocationList }[] {
  const blocks = text.match(/-----BEGIN (X509 )?CRL-----[^-]+-----END (X509 )?CRL-----/g) ?? [];
  if (blocks.length === 0) throw new ConfigurationError(`what is given for ${mspId} is no revocation list in PEM`);
  return blocks.flatMap((block) => {
    const pem = `${block.replaceAll(/(BEGIN|END) CRL/g, '$1 X509 CRL')}\n`;
    try {
      return readRevocationLists(pem).map((list) => ({ pem, list }));
    } catch (error) {
      throw new ConfigurationError(`a revocation list of ${mspId} cannot be read`, { cause: error });
    }
  });
}
