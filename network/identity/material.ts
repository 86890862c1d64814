/**
 * The keys and certificates of the development network, made once under `<home>/crypto/<organisation>/`:
 * ca.pem, tlsca.pem, peer.pem, peer-tls.pem and admin.pem, each a certificate with its key.
 */
import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Consortium, type Organization } from '../consortium';
import {
  type Authority,
  createAuthority,
  issueEnrolment,
  issueTls,
  type KeyPair,
  openAuthority,
  type SubjectNames,
} from './authority';
import { MaterialError } from './errors';
import { isCode, readKeyFile, replaceKeyFile } from './key-file';
import { MspRegistry } from './msp';
import { createSigner } from './signer';
import { type Signer } from './types';

/** What one organisation has: its CAs' certificates and the keys of its peer and administrator. */
export interface OrganizationMaterial {
  readonly name: string;
  readonly mspId: string;
  readonly caPem: string;
  readonly tlsCaPem: string;
  /** The enrolment identity of the organisation's peer (role peer): it endorses. */
  readonly peer: Signer;
  /** Server certificate for every peer host of the organisation, its domain, localhost and 127.0.0.1. */
  readonly peerTls: KeyPair;
  readonly admin: Signer;
}

export interface NetworkMaterial {
  readonly organizations: readonly OrganizationMaterial[];
  /** @throws MaterialError when there is no organisation of this name. */
  organization(name: string): OrganizationMaterial;
  /** A new registry of all the organisations' MSPs. */
  mspRegistry(members?: ReadonlySet<string>): MspRegistry;
}

/**
 * The material of all organisations; what is missing is made, what expires within 30 days or no longer fits the peers' hosts
 * is issued anew by the same CA. Any number of processes may call it at once, and be interrupted: an organisation's folder is
 * there whole or not at all.
 * @param home the folder that the network keeps its things in
 * @throws MaterialError when what is there is damaged or another consortium's.
 */
export async function ensureMaterial(consortium: Consortium, home: string, now = new Date()): Promise<NetworkMaterial> {
  const folder = cryptoFolder(home);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeAbandoned(folder);
  const organizations = await Promise.all(
    consortium.organizations.map((organization) => ensureOrganization(organization, folder, now)),
  );
  const byName = new Map(organizations.map((organization) => [organization.name, organization]));
  return {
    organizations,
    organization: (name) => {
      const found = byName.get(name);
      if (found === undefined) throw new MaterialError(`no organisation "${name}" in this consortium`);
      return found;
    },
    mspRegistry: (members) => {
      const trusted = organizations.filter(({ mspId }) => members === undefined || members.has(mspId));
      return new MspRegistry(new Map(trusted.map(({ mspId, caPem }) => [mspId, { caPem }])));
    },
  };
}

/** The folder of all organisations' keys. */
export function cryptoFolder(home: string): string {
  return join(home, 'crypto');
}

/**
 * An organisation's CA and MSP id, as they are on disk.
 * @throws MaterialError when there is none of this name: the network was never started in this home.
 */
export async function readAuthority(folder: string): Promise<{ readonly mspId: string; readonly ca: KeyPair }> {
  const about = await readAbout(folder);
  if (about === undefined) throw new MaterialError(`there are no keys in ${folder}: start the network there first`);
  return { mspId: about.mspId, ca: await readRequired(folder, 'ca.pem') };
}

const DAY_MS = 24 * 60 * 60 * 1000;
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** A temporary folder this old belongs to nobody any more. */
const ABANDONED_MS = 10 * 60 * 1000;
const TEMPORARY_PREFIX = '.making-';
const ABOUT = 'organization.json';

const AboutSchema = z.object({ name: z.string(), mspId: z.string() });
type About = z.infer<typeof AboutSchema>;

async function ensureOrganization(
  organization: Organization,
  parent: string,
  now: Date,
): Promise<OrganizationMaterial> {
  const folder = join(parent, organization.name);
  const about = (await readAbout(folder)) ?? (await makeOrganization(organization, parent, now));
  if (about.mspId !== organization.mspId) {
    throw new MaterialError(
      `${folder} was made for ${about.mspId}, not ${organization.mspId}: use another home, or remove it with the ledger`,
    );
  }
  const [ca, tlsCa] = await Promise.all([readRequired(folder, 'ca.pem'), readRequired(folder, 'tlsca.pem')]);
  const names = tlsNames(organization);
  const [peer, admin, peerTls] = await Promise.all([
    current(
      folder,
      'peer.pem',
      now,
      () => true,
      async () => issuePeer(await openAuthority(ca), organization, now),
    ),
    current(
      folder,
      'admin.pem',
      now,
      () => true,
      async () => issueAdmin(await openAuthority(ca), organization, now),
    ),
    current(
      folder,
      'peer-tls.pem',
      now,
      (certificate) => covers(certificate, names),
      async () => issuePeerTls(await openAuthority(tlsCa), organization, now),
    ),
  ]);
  const { name, mspId } = organization;
  return {
    name,
    mspId,
    caPem: ca.certPem,
    tlsCaPem: tlsCa.certPem,
    peer: createSigner(mspId, peer.certPem, peer.keyPem),
    peerTls,
    admin: createSigner(mspId, admin.certPem, admin.keyPem),
  };
}

/** Makes everything in a temporary folder and renames it; when another process was faster, its folder is the one. */
async function makeOrganization(organization: Organization, parent: string, now: Date): Promise<About> {
  const { name, mspId, displayName } = organization;
  const temporary = join(parent, `${TEMPORARY_PREFIX}${name}-${randomBytes(6).toString('hex')}`);
  await mkdir(temporary, { mode: 0o700 });
  try {
    const [ca, tlsCa] = await Promise.all([
      createAuthority(`ca.${organization.domain}`, displayName, now),
      createAuthority(`tlsca.${organization.domain}`, displayName, now),
    ]);
    const files = {
      'ca.pem': ca.pair,
      'tlsca.pem': tlsCa.pair,
      'peer.pem': await issuePeer(ca, organization, now),
      'peer-tls.pem': await issuePeerTls(tlsCa, organization, now),
      'admin.pem': await issueAdmin(ca, organization, now),
    };
    await Promise.all(Object.entries(files).map(([file, pair]) => replaceKeyFile(join(temporary, file), pair)));
    await writeFile(join(temporary, ABOUT), JSON.stringify({ name, mspId } satisfies About), { mode: 0o600 });
    await rename(temporary, join(parent, name));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!isCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
  const about = await readAbout(join(parent, name));
  if (about === undefined) throw new MaterialError(`${join(parent, name)} is there but incomplete: remove it`);
  return about;
}

function issuePeer(ca: Authority, { peers, domain, displayName }: Organization, now: Date): Promise<KeyPair> {
  const commonName = `${peers[0]?.name ?? 'peer0'}.${domain}`;
  return issueEnrolment(ca, { commonName, organization: displayName, role: 'peer' }, now);
}

function issueAdmin(ca: Authority, { domain, displayName }: Organization, now: Date): Promise<KeyPair> {
  return issueEnrolment(ca, { commonName: `admin@${domain}`, organization: displayName, role: 'admin' }, now);
}

function issuePeerTls(tlsCa: Authority, organization: Organization, now: Date): Promise<KeyPair> {
  const commonName = `${organization.peers[0]?.name ?? 'peer0'}.${organization.domain}`;
  return issueTls(tlsCa, { commonName, organization: organization.displayName, names: tlsNames(organization) }, now);
}

function tlsNames({ peers, domain }: Organization): SubjectNames {
  const hosts = peers.flatMap(({ name, host }) => [host, `${name}.${domain}`]);
  const all = [...new Set([...hosts, 'localhost', domain, '127.0.0.1'])];
  const isAddress = (name: string): boolean => /^[\d.]+$/.test(name) || name.includes(':');
  return { dns: all.filter((name) => !isAddress(name)), ip: all.filter(isAddress) };
}

function covers(certificate: X509Certificate, names: SubjectNames): boolean {
  const host = (name: string): boolean => certificate.checkHost(name) !== undefined;
  const address = (ip: string): boolean => certificate.checkIP(ip) !== undefined;
  return names.dns.every(host) && names.ip.every(address);
}

/** What the file holds while it is good for 30 more days, else a new certificate, which is put there. */
async function current(
  folder: string,
  file: string,
  now: Date,
  fits: (certificate: X509Certificate) => boolean,
  issue: () => Promise<KeyPair>,
): Promise<KeyPair> {
  const path = join(folder, file);
  const existing = await readKeyFile(path);
  if (existing !== undefined) {
    const certificate = new X509Certificate(existing.certPem);
    const rest = Date.parse(certificate.validTo) - now.getTime();
    if (rest > RENEW_BEFORE_MS && fits(certificate)) return existing;
  }
  const issued = await issue();
  await replaceKeyFile(path, issued);
  return issued;
}

/** A CA cannot be made again: everything on the ledger was signed under it. */
async function readRequired(folder: string, file: string): Promise<KeyPair> {
  const pair = await readKeyFile(join(folder, file));
  if (pair === undefined) throw new MaterialError(`${join(folder, file)} is missing; restore it from a backup`);
  return pair;
}

async function readAbout(folder: string): Promise<About | undefined> {
  const path = join(folder, ABOUT);
  try {
    return AboutSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw new MaterialError(`${path} is damaged`, { cause: error });
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(TEMPORARY_PREFIX)) continue;
    const path = join(folder, entry);
    try {
      if (Date.now() - (await stat(path)).mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true });
    } catch (error) {
      // Another process removed or renamed it in the meantime.
      if (!isCode(error, 'ENOENT')) throw error;
    }
  }
}
