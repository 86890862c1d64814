/**
 * One organisation's folder of keys, `<home>/crypto/<organisation>/`: ca.pem, tlsca.pem, admin.pem and, for each of its nodes,
 * `<node>.pem` and `<node>-tls.pem`, each a certificate with its key; and, where certificates were revoked, lists in `crls/`. A CA
 * without its key is the organisation's own, elsewhere: then nothing is issued here (own-ca.ts).
 */
import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type Authority,
  covers,
  createAuthority,
  issueEnrolment,
  issueTls,
  type KeyPair,
  openAuthority,
  renewed,
  type SubjectNames,
} from './authority';
import { isIssuedBy, readAuthorities } from './authorities';
import { splitPem } from './certificate';
import { MaterialError } from './errors';
import { type HeldPem, isCode, readAuthorityFile, readKeyFile, replaceKeyFile } from './key-file';
import { requireIdentity, requireIssued } from './own-ca';

/** An organisation as its folder needs to know it. */
export interface FolderOwner {
  readonly name: string;
  readonly mspId: string;
  readonly displayName: string;
  readonly domain: string;
  /** The role in its nodes' enrolment certificates, where a node does not say its own. */
  readonly role: 'peer' | 'orderer';
  readonly nodes: readonly FolderNode[];
}

export interface FolderNode {
  /** The files' name without its ending. */
  readonly file: string;
  /** The first label of the node's own name in the domain. */
  readonly name: string;
  /** All hosts that its TLS certificate is for, besides the domain, localhost and 127.0.0.1. */
  readonly hosts: readonly string[];
  readonly role?: 'peer' | 'orderer';
}

export interface FolderContent {
  readonly ca: HeldPem;
  readonly tlsCa: HeldPem;
  /** Its key may be in a token, where the CA is the organisation's own. */
  readonly admin: HeldPem;
  /** In the order of the owner's nodes; of an identity, the key may be in a token as well. */
  readonly nodes: readonly { readonly identity: HeldPem; readonly tls: KeyPair }[];
  /** What stands in `crls/`, where Fabric's MSP folders have revocation lists too. */
  readonly crlPems: readonly string[];
}

/**
 * The folder's keys; what is missing is made, what expires within 30 days or no longer fits the hosts is issued anew by the same
 * CA. Any number of processes may call it at once: a folder is there whole or not at all.
 * @throws MaterialError when what is there is damaged or another MSP's.
 */
export async function ensureFolder(owner: FolderOwner, parent: string, now: Date): Promise<FolderContent> {
  const folder = join(parent, owner.name);
  const about = (await readAbout(folder)) ?? (await adopt(owner, folder)) ?? (await makeFolder(owner, parent, now));
  if (about.mspId !== owner.mspId) {
    throw new MaterialError(
      `${folder} was made for ${about.mspId}, not ${owner.mspId}: use another home, or remove it with the ledger`,
    );
  }
  const [ca, tlsCa] = await Promise.all([readRequired(folder, 'ca.pem'), readRequired(folder, 'tlsca.pem')]);
  requireCurrent(join(folder, 'ca.pem'), ca, now);
  requireCurrent(join(folder, 'tlsca.pem'), tlsCa, now);
  const identity = (file: string, issue: (authority: Authority) => Promise<KeyPair>): Promise<HeldPem> =>
    ca.keyPem === undefined
      ? requireIdentity(join(folder, file), ca, now)
      : current(folder, file, now, ca, undefined, issue);
  const [admin, ...nodes] = await Promise.all([
    identity('admin.pem', async (authority) => issueAdmin(authority, owner, now)),
    ...owner.nodes.map(async (node) => {
      const names = tlsNames(owner, node);
      const [own, tls] = await Promise.all([
        identity(`${node.file}.pem`, async (authority) => issueNode(authority, owner, node, now)),
        current(folder, `${node.file}-tls.pem`, now, tlsCa, names, async (authority) =>
          issueNodeTls(authority, owner, node, now),
        ),
      ]);
      return { identity: own, tls };
    }),
  ]);
  return { ca, tlsCa, admin, nodes, crlPems: await readLists(join(folder, 'crls')) };
}

/**
 * A TLS certificate of the organisation's CA, in `<file>-tls.pem`, for one of its servers or clients beside its nodes; made and
 * issued anew as a node's.
 * @throws MaterialError when the organisation has no folder
 */
export async function ensureTls(owner: FolderOwner, node: FolderNode, parent: string, now: Date): Promise<KeyPair> {
  const folder = join(parent, owner.name);
  const names = tlsNames(owner, node);
  const tlsCa = await readRequired(folder, 'tlsca.pem');
  return current(folder, `${node.file}-tls.pem`, now, tlsCa, names, async (authority) =>
    issueNodeTls(authority, owner, node, now),
  );
}

async function readLists(folder: string): Promise<readonly string[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.pem')).sort();
    return await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/**
 * An organisation's CA and MSP id, as they are on disk.
 * @throws MaterialError when there is none of this name: the network was never started in this home.
 */
export async function readAuthority(folder: string): Promise<{ readonly mspId: string; readonly ca: HeldPem }> {
  const about = await readAbout(folder);
  if (about === undefined) throw new MaterialError(`there are no keys in ${folder}: start the network there first`);
  return { mspId: about.mspId, ca: await readRequired(folder, 'ca.pem') };
}

/**
 * As `readAuthority`, for those who issue.
 * @throws MaterialError also when the CA is the organisation's own, elsewhere
 */
export async function readIssuer(folder: string): Promise<KeyPair> {
  return issuerOf((await readAuthority(folder)).ca, folder);
}

/** @throws MaterialError when the CA's key is not here */
export function issuerOf({ certPem, keyPem }: HeldPem, folder: string): KeyPair {
  const [first] = splitPem(certPem);
  if (keyPem !== undefined && first !== undefined) return { certPem: `${first}\n`, keyPem };
  throw new MaterialError(`the CA's key is not in ${folder}: your own CA issues and takes back`);
}

/** Takes away what interrupted processes left in the folder of folders. */
export async function removeAbandoned(folder: string): Promise<void> {
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

const DAY_MS = 24 * 60 * 60 * 1000;
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** A temporary folder this old belongs to nobody any more. */
const ABANDONED_MS = 10 * 60 * 1000;
const TEMPORARY_PREFIX = '.making-';
const ABOUT = 'organization.json';

const AboutSchema = z.object({ name: z.string(), mspId: z.string() });
type About = z.infer<typeof AboutSchema>;

/** Makes everything in a temporary folder and renames it; when another process was faster, its folder is the one. */
async function makeFolder(owner: FolderOwner, parent: string, now: Date): Promise<About> {
  const { name, mspId, domain, displayName } = owner;
  const temporary = join(parent, `${TEMPORARY_PREFIX}${name}-${randomBytes(6).toString('hex')}`);
  await mkdir(temporary, { mode: 0o700 });
  try {
    const [ca, tlsCa] = await Promise.all([
      createAuthority(`ca.${domain}`, displayName, now),
      createAuthority(`tlsca.${domain}`, displayName, now),
    ]);
    const files: [string, KeyPair][] = [
      ['ca.pem', ca.pair],
      ['tlsca.pem', tlsCa.pair],
      ['admin.pem', await issueAdmin(ca, owner, now)],
    ];
    for (const node of owner.nodes) {
      files.push([`${node.file}.pem`, await issueNode(ca, owner, node, now)]);
      files.push([`${node.file}-tls.pem`, await issueNodeTls(tlsCa, owner, node, now)]);
    }
    await Promise.all(files.map(([file, pair]) => replaceKeyFile(join(temporary, file), pair)));
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

function issueNode(
  ca: Authority,
  owner: FolderOwner,
  { name, role = owner.role }: FolderNode,
  now: Date,
): Promise<KeyPair> {
  const { domain, displayName } = owner;
  return issueEnrolment(ca, { commonName: `${name}.${domain}`, organization: displayName, role }, now);
}

function issueAdmin(ca: Authority, { domain, displayName }: FolderOwner, now: Date): Promise<KeyPair> {
  return issueEnrolment(ca, { commonName: `admin@${domain}`, organization: displayName, role: 'admin' }, now);
}

function issueNodeTls(tlsCa: Authority, owner: FolderOwner, node: FolderNode, now: Date): Promise<KeyPair> {
  const commonName = `${node.name}.${owner.domain}`;
  return issueTls(tlsCa, { commonName, organization: owner.displayName, names: tlsNames(owner, node) }, now);
}

function tlsNames({ domain }: FolderOwner, { hosts }: FolderNode): SubjectNames {
  const all = [...new Set([...hosts, 'localhost', domain, '127.0.0.1'])];
  const isAddress = (name: string): boolean => /^[\d.]+$/.test(name) || name.includes(':');
  return { dns: all.filter((name) => !isAddress(name)), ip: all.filter(isAddress) };
}

/** @throws MaterialError when a CA has expired: nothing that it has issued is good any more */
function requireCurrent(path: string, { certPem }: HeldPem, now: Date): void {
  const { roots, intermediates } = readAuthorities(certPem);
  // Of several at one place one is enough: an old one stays beside the new one that takes its place.
  for (const ends of [roots, intermediates].map((pems) =>
    pems.map((pem) => Date.parse(new X509Certificate(pem).validTo)),
  )) {
    const last = Math.max(...ends);
    if (ends.length === 0 || last > now.getTime()) continue;
    throw new MaterialError(
      `the CA in ${path} expired on ${new Date(last).toISOString()}: nothing that it has issued is good any more`,
    );
  }
}

/**
 * What the file holds while it is good for 30 more days and has the names, else a new certificate, which is put there. It keeps its key:
 * orderers know each other by their keys.
 * @param names of a TLS certificate
 */
async function current(
  folder: string,
  file: string,
  now: Date,
  ca: HeldPem,
  names: SubjectNames | undefined,
  issue: (authority: Authority) => Promise<KeyPair>,
): Promise<KeyPair> {
  const path = join(folder, file);
  const existing = await readKeyFile(path);
  if (ca.keyPem === undefined) return requireIssued(path, existing, ca, names, now);
  const issuer = issuerOf(ca, folder);
  if (existing !== undefined) {
    const certificate = new X509Certificate(existing.certPem);
    const rest = Date.parse(certificate.validTo) - now.getTime();
    const fits = names === undefined || covers(certificate, names);
    if (rest > RENEW_BEFORE_MS && fits) return existing;
    if (isIssuedBy(certificate, issuer.certPem)) {
      const again = await renewed(
        await openAuthority(issuer),
        existing,
        { newKey: false, names: fits ? undefined : names },
        now,
      );
      await replaceKeyFile(path, again);
      return again;
    }
  }
  const issued = await issue(await openAuthority(issuer));
  await replaceKeyFile(path, issued);
  return issued;
}

/** A folder that an organisation has filled from its own CA. */
async function adopt({ name, mspId }: FolderOwner, folder: string): Promise<About | undefined> {
  const ca = await readAuthorityFile(join(folder, 'ca.pem'));
  if (ca === undefined || ca.keyPem !== undefined) return undefined;
  await writeFile(join(folder, ABOUT), JSON.stringify({ name, mspId } satisfies About), { mode: 0o600 });
  return { name, mspId };
}

/** A CA cannot be made again: everything on the ledger was signed under it. */
async function readRequired(folder: string, file: string): Promise<HeldPem> {
  const pair = await readAuthorityFile(join(folder, file));
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
