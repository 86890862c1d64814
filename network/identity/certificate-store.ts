/** The certificates of a home: what there is, how long each is good, and how one is renewed or taken back. */
import { X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { issueRevocationList, openAuthority, renewed } from './authority';
import { readCertificate, splitPem } from './certificate';
import { MaterialError } from './errors';
import { isCode, readAuthorityFile, readCertificateFile, readKeyFile, replaceKeyFile } from './key-file';
import { cryptoFolder } from './material';
import { issuerOf, readAuthority, readIssuer } from './organization-folder';
import { readRevocationLists } from './revocation-list';

/** What a certificate is for. */
export type CertificateUse = 'ca' | 'tls-ca' | 'identity' | 'tls';

/** A certificate of the home, whose key is there too, or at the organisation's own CA. */
export interface HeldCertificate {
  readonly organization: string;
  /** Below the folder of keys, such as `bank-a/peer.pem`. */
  readonly file: string;
  readonly use: CertificateUse;
  readonly commonName: string;
  /** `client`, `peer`, `admin` or `orderer`; undefined for CAs and TLS. */
  readonly role: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  /** Hex, in upper case without leading zeros. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whole days until it expires; negative when it has. */
  readonly daysLeft: number;
  /** Whether the organisation's CA has taken it back. */
  readonly revoked: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * All certificates of a home, those that expire first at the front.
 * @param only names of organisations; left out, all
 */
export async function heldCertificates(
  home: string,
  only?: readonly string[],
  now = new Date(),
): Promise<readonly HeldCertificate[]> {
  const root = cryptoFolder(home);
  const organizations = (await namesIn(root)).filter(
    (name) => !name.startsWith('.') && (only === undefined || only.includes(name)),
  );
  const found: HeldCertificate[] = [];
  for (const organization of organizations) {
    const revoked = new Set(await revokedSerials(home, organization));
    for (const path of await keyFilesIn(join(root, organization))) {
      const file = relative(root, path);
      const use = useOf(file);
      const held = use === 'ca' || use === 'tls-ca' ? await readAuthorityFile(path) : await readCertificateFile(path);
      for (const pem of splitPem(held?.certPem ?? '')) {
        const { x509, commonName, roles, attributes, notBefore, notAfter } = readCertificate(pem);
        const serial = withoutZeros(x509.serialNumber);
        found.push({
          ...{ organization, file, use, commonName, role: roles[0], attributes, serial },
          ...{ notBefore, notAfter, daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS) },
          revoked: revoked.has(serial),
        });
      }
    }
  }
  return found.sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime() || (a.file < b.file ? -1 : 1));
}

/**
 * One certificate of a home.
 * @param which its file below the folder of keys, its serial number, or a common name that one certificate alone has
 * @throws MaterialError when there is none, or several
 */
export async function heldCertificate(home: string, which: string): Promise<HeldCertificate> {
  const all = await heldCertificates(home);
  const matching = all.filter(
    ({ file, serial, commonName }) =>
      file === which || serial === withoutZeros(which.toUpperCase()) || commonName === which,
  );
  const [found] = matching;
  if (found === undefined)
    throw new MaterialError(`there is no certificate "${which}": see "onepledge certificate list"`);
  if (matching.length > 1) {
    throw new MaterialError(
      `"${which}" is ${matching.length} certificates: ${matching.map(({ file }) => file).join(', ')}`,
    );
  }
  return found;
}

/**
 * The CAs of an organisation in a home, as its `ca.pem` and `tlsca.pem` say.
 * @throws MaterialError when they are not there
 */
export async function heldAuthorities(
  home: string,
  organization: string,
): Promise<{ readonly mspId: string; readonly caPem: string; readonly tlsCaPem: string }> {
  const folder = join(cryptoFolder(home), organization);
  const { mspId, ca } = await readAuthority(folder);
  const tlsCa = await readAuthorityFile(join(folder, 'tlsca.pem'));
  if (tlsCa === undefined) throw new MaterialError(`${join(folder, 'tlsca.pem')} is missing`);
  return { mspId, caPem: ca.certPem, tlsCaPem: tlsCa.certPem };
}

/** How a certificate is renewed. */
export interface Renewal {
  /** A new key instead of the one that it has. */
  readonly newKey: boolean;
  /** Validity in days; a year when left out. */
  readonly days?: number | undefined;
}

/**
 * Issues a certificate anew by the same CA: same subject, names and attributes, new serial number and validity.
 * @throws MaterialError for a CA's own: everything was signed under it
 */
export async function renewCertificate(
  home: string,
  { organization, file, use }: HeldCertificate,
  renewal: Renewal,
  now = new Date(),
): Promise<HeldCertificate> {
  if (use === 'ca' || use === 'tls-ca') {
    throw new MaterialError(
      `${file} is a CA: put a second one beside it into the file, and "onepledge certificate authorities"`,
    );
  }
  const root = cryptoFolder(home);
  const path = join(root, file);
  const pair = await readKeyFile(path);
  const ca = await readAuthorityFile(join(root, organization, use === 'tls' ? 'tlsca.pem' : 'ca.pem'));
  if (pair === undefined || ca === undefined) throw new MaterialError(`${path} or its CA's key is missing`);
  await replaceKeyFile(
    path,
    await renewed(await openAuthority(issuerOf(ca, join(root, organization))), pair, renewal, now),
  );
  const [found] = (await heldCertificates(home, [organization], now)).filter((one) => one.file === file);
  if (found === undefined) throw new MaterialError(`${path} is gone`);
  return found;
}

/** The list of an organisation's revocations, for the channel's configuration; undefined where nothing was revoked. */
export async function revocationList(home: string, organization: string): Promise<string | undefined> {
  try {
    return await readFile(listFile(home, organization), 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * The organisation's list with one more certificate on it; `keepRevocationList` keeps it.
 * @param serials hex
 * @returns PEM, signed by the organisation's CA
 * @throws MaterialError when the CA's key is not there
 */
export async function revocationListWith(
  home: string,
  organization: string,
  serials: readonly string[],
  now = new Date(),
): Promise<string> {
  const ca = await readIssuer(join(cryptoFolder(home), organization));
  const all = new Set([...(await revokedSerials(home, organization)), ...serials.map(withoutZeros)]);
  return issueRevocationList(await openAuthority(ca), [...all].map(evenDigits), now);
}

/** Keeps an organisation's list, once it is in force. */
export async function keepRevocationList(home: string, organization: string, pem: string): Promise<void> {
  const file = listFile(home, organization);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, pem, { mode: 0o600 });
}

async function revokedSerials(home: string, organization: string): Promise<readonly string[]> {
  const pem = await revocationList(home, organization);
  return pem === undefined ? [] : readRevocationLists(pem).flatMap(({ serials }) => [...serials]);
}

/** What the CA has revoked, beside its key; what is in force stands in the channel's configuration. */
function listFile(home: string, organization: string): string {
  return join(cryptoFolder(home), organization, 'revoked.pem');
}

function useOf(file: string): CertificateUse {
  if (file.endsWith('/ca.pem')) return 'ca';
  if (file.endsWith('/tlsca.pem')) return 'tls-ca';
  return file.endsWith('-tls.pem') ? 'tls' : 'identity';
}

async function keyFilesIn(folder: string): Promise<readonly string[]> {
  const own = (await namesIn(folder)).filter((name) => name.endsWith('.pem') && name !== 'revoked.pem');
  const users = await namesIn(join(folder, 'users'));
  const theirs = await Promise.all(
    users.map(async (user) =>
      (await namesIn(join(folder, 'users', user)))
        .filter((name) => name.endsWith('.pem'))
        .map((name) => join(folder, 'users', user, name)),
    ),
  );
  return [...own.map((name) => join(folder, name)), ...theirs.flat()];
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** The serial number of a certificate as lists have it. */
export function serialOf(certPem: string): string {
  return withoutZeros(new X509Certificate(certPem).serialNumber);
}

function withoutZeros(serial: string): string {
  return serial.replace(/^0+/, '').toUpperCase();
}

function evenDigits(serial: string): string {
  return serial.length % 2 === 0 ? serial : `0${serial}`;
}
