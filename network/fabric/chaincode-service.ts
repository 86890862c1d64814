/** Chaincode as a service on this machine: each organisation's own process, which its peer alone may call (mutual TLS). */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChaincodeAddresses } from '../chaincode-addresses';
import { type ChannelSpec, type Consortium, type Organization } from '../consortium';
import { cryptoFolder } from '../identity/material';
import { ensureTls, type FolderOwner } from '../identity/organization-folder';
import { type KeyPair } from '../identity/authority';
import { ownMember } from '../identity/member-card';
import { readAuthorityFile } from '../identity/key-file';
import { type ChaincodePackage, packageChaincode } from './chaincode-package';
import { reservePorts } from './placement';
import { servedChaincodes } from './served-chaincodes';

type ChaincodeSpec = Pick<ChannelSpec['chaincodes'][number], 'name' | 'version'>;

/** What an organisation's peer is to have of a chaincode; undefined for a version that is not served any more. */
export type PackageOf = (organization: string, chaincode: ChaincodeSpec) => ChaincodePackage | undefined;

/** An organisation's process of a chaincode. */
export interface ChaincodeService {
  readonly organization: string;
  readonly chaincode: string;
  readonly version: string;
  /** `localhost:port` */
  readonly address: string;
  /** The process registers with its id. */
  readonly package: ChaincodePackage;
  /** PEM files for the process: what it listens with, and the CA of who may call. */
  readonly tls: { readonly certificate: string; readonly key: string; readonly clientCa: string };
}

/** One address for all organisations: they install one and the same package. */
export function samePackages(addresses: ChaincodeAddresses): PackageOf {
  return (_organization, { name, version }) => {
    const address = typeof addresses === 'string' ? addresses : addresses[name];
    if (address === undefined) throw new Error(`no address of chaincode ${name} is given`);
    return packageChaincode(name, version, address);
  };
}

/** A package an organisation, of its own service. @throws as `ensureChaincodeServices` */
export async function ownPackages(consortium: Consortium, home: string): Promise<PackageOf> {
  const services = await ensureChaincodeServices(consortium, home);
  return (organization, { name, version }) =>
    services.find((one) => one.organization === organization && one.chaincode === name && one.version === version)
      ?.package;
}

/**
 * The services of all members, or of the one whose home it is, for the chaincodes that are served (`servedChaincodes`); ports and certificates are made once and stay, until a
 * certificate is renewed: then the package is another.
 * @throws MaterialError when the organisations' keys are not there
 */
export async function ensureChaincodeServices(
  consortium: Consortium,
  home: string,
  now = new Date(),
): Promise<readonly ChaincodeService[]> {
  const served = servedChaincodes(home, consortium);
  const own = ownMember(home);
  const here = consortium.organizations.filter(({ name }) => own === undefined || name === own);
  const wanted = here.flatMap((organization) =>
    served.filter(({ name }) => runs(consortium, organization, name)).map((chaincode) => ({ organization, chaincode })),
  );
  const keyOf = ({ organization, chaincode }: (typeof wanted)[number]): string =>
    `${organization.name}/chaincode/${chaincode.name}_${chaincode.version}`;
  const ports = await reservePorts(home, wanted.map(keyOf));
  return Promise.all(
    wanted.map(async (one) => ensureService(home, one.organization, one.chaincode, ports[keyOf(one)] ?? 0, now)),
  );
}

function runs({ channels }: Consortium, organization: Organization, chaincode: string): boolean {
  return channels.some(
    ({ members, chaincodes }) =>
      members.includes(organization.name) && chaincodes.some(({ name }) => name === chaincode),
  );
}

async function ensureService(
  home: string,
  organization: Organization,
  { name, version }: ChaincodeSpec,
  port: number,
  now: Date,
): Promise<ChaincodeService> {
  const parent = cryptoFolder(home);
  const owner: FolderOwner = { ...organization, role: 'peer', nodes: [] };
  const [server, client] = await Promise.all([
    ensureTls(owner, { file: 'chaincode', name: 'chaincode', hosts: [] }, parent, now),
    ensureTls(owner, { file: 'chaincode-client', name: 'chaincode-client', hosts: [] }, parent, now),
  ]);
  const ca = await readAuthorityFile(join(parent, organization.name, 'tlsca.pem'));
  const caPem = ca?.certPem ?? '';
  const address = `localhost:${port}`;
  return {
    ...{ organization: organization.name, chaincode: name, version, address },
    package: packageChaincode(name, version, address, { caPem, client }),
    tls: await writeTls(join(home, 'fabric', organization.name, 'chaincode'), server, caPem),
  };
}

/** The process gets files of its own, without the CA's key. */
async function writeTls(folder: string, server: KeyPair, caPem: string): Promise<ChaincodeService['tls']> {
  const files = {
    certificate: join(folder, 'server.crt'),
    key: join(folder, 'server.key'),
    clientCa: join(folder, 'client-ca.crt'),
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await Promise.all([
    writeFile(files.certificate, server.certPem, { mode: 0o600 }),
    writeFile(files.key, server.keyPem, { mode: 0o600 }),
    writeFile(files.clientCa, caPem, { mode: 0o600 }),
  ]);
  return files;
}
