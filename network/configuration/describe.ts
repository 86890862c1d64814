/** A configuration as plain data, to show and to compare: members, orderers, policies, block cutting. */
import { X509Certificate } from 'node:crypto';
import * as configuration from '@hyperledger/fabric-protos/lib/common/configuration_pb';
import { type Config, type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { type FabricMSPConfig } from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';
import * as orderer from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import * as raft from '@hyperledger/fabric-protos/lib/orderer/etcdraft/configuration_pb';
import { ACLs, AnchorPeers } from '@hyperledger/fabric-protos/lib/peer/configuration_pb';
import { readRevocationLists } from '../identity/revocation-list';
import { type BatchSettings, parseDuration } from './batch';
import { ownBatchTimeout } from './consensus';
import { organizationsIn, valueIn } from './element';
import { policyWords } from './policy-words';
import { channelGroupOf } from './update';

export interface CertificateDescription {
  /** The common name, or the whole subject where there is none. */
  readonly subject: string;
  /** RFC 3339. */
  readonly notAfter: string;
  /** SHA-256 of the DER, in hex. */
  readonly fingerprint: string;
}

export interface MspDescription {
  readonly mspId: string;
  readonly cas: readonly CertificateDescription[];
  readonly intermediateCas: readonly CertificateDescription[];
  readonly tlsCas: readonly CertificateDescription[];
  /** Serial numbers in hex, in upper case without leading zeros, sorted. */
  readonly revoked: readonly string[];
  /** Whether roles come from organisational units. */
  readonly nodeOUs: boolean;
}

export interface MemberDescription extends MspDescription {
  /** As `host:port`. */
  readonly anchorPeers: readonly string[];
}

export interface OrderingOrganizationDescription extends MspDescription {
  /** As `host:port`. */
  readonly endpoints: readonly string[];
}

export interface ConsenterDescription {
  /** As `host:port`. */
  readonly address: string;
  /** Of BFT consenters only. */
  readonly id?: number;
  readonly mspId?: string;
  readonly identity?: CertificateDescription;
  readonly serverTls: CertificateDescription;
  readonly clientTls: CertificateDescription;
}

export interface ConfigurationDescription {
  /** One more with each update, from 0. */
  readonly sequence: number;
  readonly members: readonly MemberDescription[];
  readonly ordering: {
    /** `BFT` or `etcdraft`. */
    readonly consensus: string;
    readonly maintenance: boolean;
    readonly consenters: readonly ConsenterDescription[];
    readonly organizations: readonly OrderingOrganizationDescription[];
  };
  readonly batch: BatchSettings;
  readonly capabilities: {
    readonly channel: readonly string[];
    readonly orderer: readonly string[];
    readonly application: readonly string[];
  };
  /** Words by path, `/Channel/Application/Admins`: `MAJORITY Admins`, or a signature policy. */
  readonly policies: Readonly<Record<string, string>>;
  /** Policies by resource, where the configuration sets them. */
  readonly access: Readonly<Record<string, string>>;
}

/** @throws Error when an element is not what its name says; no orderer takes such a configuration */
export function describe(config: Config): ConfigurationDescription {
  const root = channelGroupOf(config);
  const ordering = root.getGroupsMap().get('Orderer');
  const application = root.getGroupsMap().get('Application');
  const consensus = orderer.ConsensusType.deserializeBinary(valueOf(ordering, 'ConsensusType'));
  const ownTimeout = ownBatchTimeout(consensus);
  return {
    sequence: config.getSequence(),
    members: organizationsIn(root, 'Application').map(({ group, msp }) => ({
      ...describeMsp(msp),
      anchorPeers: describeAnchorPeers(valueIn(group, 'AnchorPeers')),
    })),
    ordering: {
      consensus: consensus.getType(),
      maintenance: consensus.getState() === orderer.ConsensusType.State.STATE_MAINTENANCE,
      consenters: describeConsenters(consensus, valueOf(ordering, 'Orderers')),
      organizations: organizationsIn(root, 'Orderer').map(({ group, msp }) => ({
        ...describeMsp(msp),
        endpoints: describeEndpoints(valueIn(group, 'Endpoints')),
      })),
    },
    batch: {
      ...describeBatch(valueOf(ordering, 'BatchSize'), valueOf(ordering, 'BatchTimeout')),
      ...(ownTimeout === undefined ? {} : { batchTimeoutMs: ownTimeout }),
    },
    capabilities: {
      channel: describeCapabilities(valueIn(root, 'Capabilities')),
      orderer: describeCapabilities(valueOf(ordering, 'Capabilities')),
      application: describeCapabilities(valueOf(application, 'Capabilities')),
    },
    policies: Object.fromEntries(policiesOf(root, '/Channel')),
    access: describeAccess(valueOf(application, 'ACLs')),
  };
}

export function describeMsp(msp: FabricMSPConfig): MspDescription {
  const revoked = msp
    .getRevocationListList_asU8()
    .flatMap((pem) => readRevocationLists(Buffer.from(pem).toString('utf8')))
    .flatMap(({ serials }) => [...serials]);
  return {
    mspId: msp.getName(),
    cas: msp.getRootCertsList_asU8().map(describeCertificate),
    intermediateCas: msp.getIntermediateCertsList_asU8().map(describeCertificate),
    tlsCas: msp.getTlsRootCertsList_asU8().map(describeCertificate),
    revoked: [...new Set(revoked)].sort(),
    nodeOUs: msp.getFabricNodeOus()?.getEnable() ?? false,
  };
}

export function describeAnchorPeers(value: Uint8Array): readonly string[] {
  const peers = AnchorPeers.deserializeBinary(value).getAnchorPeersList();
  return peers.map((peer) => `${peer.getHost()}:${peer.getPort()}`);
}

export function describeEndpoints(value: Uint8Array): readonly string[] {
  return configuration.OrdererAddresses.deserializeBinary(value).getAddressesList();
}

export function describeCapabilities(value: Uint8Array): readonly string[] {
  return [...configuration.Capabilities.deserializeBinary(value).getCapabilitiesMap().keys()].sort();
}

export function describeAccess(value: Uint8Array): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  ACLs.deserializeBinary(value)
    .getAclsMap()
    .forEach((resource, name) => {
      entries.push([name, resource.getPolicyRef()]);
    });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function describeBatch(size: Uint8Array, timeout: Uint8Array): BatchSettings {
  const { maxMessageCount, preferredMaxBytes, absoluteMaxBytes } = orderer.BatchSize.deserializeBinary(size).toObject();
  const batchTimeoutMs = parseDuration(orderer.BatchTimeout.deserializeBinary(timeout).getTimeout()) ?? 0;
  return { maxMessageCount, preferredMaxBytes, absoluteMaxBytes, batchTimeoutMs };
}

/** @param orderers the value Orderers, which BFT alone has */
export function describeConsenters(
  consensus: orderer.ConsensusType,
  orderers: Uint8Array,
): readonly ConsenterDescription[] {
  if (consensus.getType() === 'etcdraft') {
    const metadata = raft.ConfigMetadata.deserializeBinary(consensus.getMetadata_asU8());
    return metadata.getConsentersList().map((one) => ({
      address: `${one.getHost()}:${one.getPort()}`,
      serverTls: describeCertificate(one.getServerTlsCert_asU8()),
      clientTls: describeCertificate(one.getClientTlsCert_asU8()),
    }));
  }
  const mapping = configuration.Orderers.deserializeBinary(orderers).getConsenterMappingList();
  return mapping.map((one) => ({
    address: `${one.getHost()}:${one.getPort()}`,
    id: one.getId(),
    mspId: one.getMspId(),
    identity: describeCertificate(one.getIdentity_asU8()),
    serverTls: describeCertificate(one.getServerTlsCert_asU8()),
    clientTls: describeCertificate(one.getClientTlsCert_asU8()),
  }));
}

function valueOf(group: ConfigGroup | undefined, name: string): Uint8Array {
  return group === undefined ? new Uint8Array() : valueIn(group, name);
}

function describeCertificate(pem: Uint8Array): CertificateDescription {
  const certificate = new X509Certificate(pem);
  const [, commonName] = /^CN=(.*)$/m.exec(certificate.subject) ?? [];
  return {
    subject: commonName ?? certificate.subject.replaceAll('\n', ', '),
    notAfter: new Date(certificate.validTo).toISOString(),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

function policiesOf(group: ConfigGroup, path: string): readonly (readonly [string, string])[] {
  const found: [string, string][] = [];
  group.getPoliciesMap().forEach((element, name) => {
    found.push([`${path}/${name}`, policyWords(element.getPolicy())]);
  });
  const here = found.sort(([a], [b]) => (a < b ? -1 : 1));
  const below: (readonly [string, string])[] = [];
  const names = [...group.getGroupsMap().keys()].sort();
  for (const name of names) {
    const child = group.getGroupsMap().get(name);
    if (child !== undefined) below.push(...policiesOf(child, `${path}/${name}`));
  }
  return [...here, ...below];
}
