/**
 * The first job: keys and certificates of the development CAs, and from them each service's own folder, with what it needs and
 * nothing else. Done again it changes only what is missing or expires.
 */
import { randomBytes } from 'node:crypto';
import { chown, copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { registrarsOf } from '../consortium';
import { cryptoProvider } from '../fabric/crypto-provider';
import { type NodeIdentity, nodePaths, writeNodeFolder } from '../fabric/node-folder';
import { ordererConfiguration } from '../fabric/orderer-configuration';
import { peerConfiguration } from '../fabric/peer-configuration';
import { MaterialError } from '../identity/errors';
import { isCode, readKeyFile } from '../identity/key-file';
import { cryptoFolder, ensureMaterial, type NetworkMaterial } from '../identity/material';
import { chaincodePackageOf, chaincodeTls } from './chaincode-package';
import { type Layout, PORTS } from './layout';
import { monitoringCertificates, publicCertificates } from './monitoring-files';

/** The folder of a node in its own container: FABRIC_CFG_PATH. */
export const NODE_FOLDER = '/var/hyperledger';
/** The folder of a chaincode, and of a gateway, in its own container. */
export const HOME = '/var/lib/onepledge';
/** `nobody`, whom Prometheus's image runs as. */
export const PROMETHEUS_OWNER = { uid: 65_534, gid: 65_534 } as const;
/** Where Fabric's image of the peer has its builder. */
const CCAAS_BUILDER = '/opt/hyperledger/ccaas_builder';

/** Where the jobs find what they work on: all keys, and the volumes of all services by their names. */
export interface Folders {
  readonly home: string;
  readonly volumes: string;
}

/** Whom the services' folders belong to; undefined: whoever runs this. */
export type Owner = { readonly uid: number; readonly gid: number } | undefined;

/** @throws MaterialError when keys that cannot be made again are missing */
export async function prepareVolumes(layout: Layout, { home, volumes }: Folders, owner: Owner): Promise<void> {
  const { consortium } = layout.placement;
  const material = await ensureMaterial(consortium, home);
  const volume = (service: string): string => join(volumes, service);
  await Promise.all([
    ...layout.orderers.map(({ service, name }) => writeOrderer(layout, material, name, volume(service))),
    ...layout.peers.map(({ service, organization }) =>
      writePeer(layout, home, material, organization, volume(service)),
    ),
    ...layout.gateways.map(({ service, member }) => writeGateway(home, member, volume(service))),
    mkdir(volume('issuer'), { recursive: true }),
    monitoringCertificates(layout, home, volume('prometheus-tls')),
  ]);
  const evidenceKey = await ensureEvidenceKey(home);
  await Promise.all(
    layout.chaincodes.map(async (chaincode) => {
      await writeChaincode(layout, home, chaincode, evidenceKey, volume(chaincode.service));
    }),
  );
  await publicCertificates(home, volume('certificates'));
  if (owner === undefined) return;
  for (const name of await readdir(volumes)) {
    await giveTo(volume(name), name === 'prometheus-tls' ? PROMETHEUS_OWNER : owner);
  }
  await giveTo(home, owner);
}

async function writeOrderer(layout: Layout, material: NetworkMaterial, name: string, folder: string): Promise<void> {
  const node = material.orderer.nodes.find((one) => one.name === name);
  if (node === undefined) throw new MaterialError(`the identity of ${name} is missing`);
  const { identity, tls } = node;
  const configuration = ordererConfiguration({
    ...{ mspId: material.orderer.mspId, port: PORTS.orderer },
    ...{ adminPort: PORTS.ordererAdmin, operationsPort: PORTS.operations, paths: nodePaths(NODE_FOLDER) },
    bccsp: cryptoProvider(identity),
  });
  await writeNodeFolder(nodePaths(folder), { ...material.orderer, identity, tls }, 'orderer.yaml', configuration);
}

async function writePeer(
  { placement }: Layout,
  home: string,
  material: NetworkMaterial,
  organization: string,
  folder: string,
): Promise<void> {
  const [peer] = placement.consortium.organizations.find(({ name }) => name === organization)?.peers ?? [];
  const identity = await peerIdentity(home, material, organization);
  const address = `${peer?.host ?? ''}:${PORTS.peer}`;
  const configuration = peerConfiguration({
    ...{ id: peer?.host ?? '', mspId: identity.mspId, address, port: PORTS.peer, bootstrap: address },
    ...{ operationsPort: PORTS.operations, paths: nodePaths(NODE_FOLDER), ccaasBuilder: CCAAS_BUILDER },
    bccsp: cryptoProvider(identity.identity),
  });
  await writeNodeFolder(nodePaths(folder), identity, 'core.yaml', configuration);
}

async function peerIdentity(home: string, material: NetworkMaterial, organization: string): Promise<NodeIdentity> {
  const { mspId, caPem, tlsCaPem, peerTls } = material.organization(organization);
  const identity = await readKeyFile(join(cryptoFolder(home), organization, 'peer.pem'));
  if (identity === undefined) throw new MaterialError(`the identity of ${organization}'s peer is missing`);
  return { mspId, caPem, tlsCaPem, identity, tls: peerTls };
}

/** The member's own CA, from which the gateway enrols those it acts for. */
async function writeGateway(home: string, member: string, folder: string): Promise<void> {
  const target = join(cryptoFolder(folder), member);
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const file of ['organization.json', 'ca.pem']) {
    await copyFile(join(cryptoFolder(home), member, file), join(target, file));
  }
}

async function writeChaincode(
  layout: Layout,
  home: string,
  chaincode: Layout['chaincodes'][number],
  evidenceKey: string,
  folder: string,
): Promise<void> {
  const { server, caPem } = await chaincodeTls(layout, home, chaincode);
  const { id } = await chaincodePackageOf(layout, home, chaincode);
  const environment = {
    CHAINCODE_SERVER_ADDRESS: `0.0.0.0:${PORTS.chaincode}`,
    CHAINCODE_ID: id,
    ONEPLEDGE_CHAINCODE_NAME: chaincode.name,
    ONEPLEDGE_EVIDENCE_KEY_FILE: join(HOME, 'evidence.key'),
    ONEPLEDGE_REGISTRARS: registrarsOf(layout.placement.consortium).join(),
    CHAINCODE_TLS_KEY: join(HOME, 'server.key'),
    CHAINCODE_TLS_CERT: join(HOME, 'server.crt'),
    CHAINCODE_CLIENT_CA_CERT: join(HOME, 'client-ca.crt'),
  };
  const files: Readonly<Record<string, string>> = {
    'server.key': server.keyPem,
    'server.crt': server.certPem,
    'client-ca.crt': caPem,
    'evidence.key': evidenceKey,
    environment: Object.entries(environment)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  };
  await mkdir(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content, { mode: 0o600 });
}

/** The key of the evidence tokens, which all endorsers hold: with another key every document would be new. */
async function ensureEvidenceKey(home: string): Promise<string> {
  const file = join(home, 'secrets', 'evidence.key');
  await mkdir(join(home, 'secrets'), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  return readFile(file, 'utf8');
}

/** Everything but what the services themselves have written, which is theirs already. */
async function giveTo(path: string, owner: NonNullable<Owner>): Promise<void> {
  const found = await stat(path);
  if (found.uid !== owner.uid || found.gid !== owner.gid) await chown(path, owner.uid, owner.gid);
  if (!found.isDirectory() || basename(path) === 'data') return;
  for (const entry of await readdir(path)) await giveTo(join(path, entry), owner);
}
