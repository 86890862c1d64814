/** One MSP as its definition says: which CAs it trusts, what they have revoked, and which units make a role. */
import { createHash } from 'node:crypto';
import { canonicalForm, readCertificate, splitPem, type CertificateFacts } from './certificate';
import { IdentityError } from './errors';
import { readRevocationLists, type RevocationList } from './revocation-list';
import { type Identity, type Role } from './types';

/** How an MSP is recognised. Each text may hold several certificates or lists. */
export interface MspRoot {
  /** The CA's certificate, or several (an old and a new one while a CA is being replaced). Each is trusted by itself. */
  readonly caPem: string;
  /** CAs that a CA above has certified. One that has certified another issues no identities itself. */
  readonly intermediateCaPem?: string;
  /** Serial numbers in hex. */
  readonly revoked?: readonly string[];
  /** Revocation lists; those that a CA of the MSP has not signed count for nothing. */
  readonly crlPems?: readonly string[];
  /** Whether roles come from organisational units and each certificate must have exactly one; which units. Default: those of their names. */
  readonly nodeOUs?: boolean | ReadonlyMap<Role, UnitIdentifier>;
  /** Each identity must have one of these organisational units; none: any will do. */
  readonly units?: readonly UnitIdentifier[];
  /** Certificates of administrators, whatever their units say. */
  readonly adminPem?: string;
}

/** An organisational unit, of identities that one CA has issued or that any has. */
export interface UnitIdentifier {
  readonly unit: string;
  /** The CA's certificate; undefined: any. */
  readonly caPem?: string;
}

/** An MSP that is ready to judge certificates. */
export class MspDefinition {
  readonly #mspId: string;
  readonly #issuers: readonly CertificateFacts[];
  /** Of each issuer, what `Identity.certifiers` of those is that it has certified. */
  readonly #certifiers: ReadonlyMap<CertificateFacts, string>;
  readonly #revoked: ReadonlySet<string>;
  readonly #lists: readonly RevocationList[];
  readonly #roles: ReadonlyMap<Role, Unit> | undefined;
  readonly #units: readonly Unit[];
  readonly #admins: ReadonlySet<string>;

  /** @throws IdentityError (MALFORMED) when a certificate or list cannot be read, or a CA is none of a chain to a root. */
  constructor(mspId: string, root: MspRoot) {
    this.#mspId = mspId;
    const read = (pem: string, what: string): readonly CertificateFacts[] => readAll(mspId, pem, what);
    const roots = read(root.caPem, 'CA certificate');
    const intermediates = read(root.intermediateCaPem ?? '', 'intermediate CA certificate');
    this.#issuers = leavesOf(mspId, roots, intermediates);
    this.#certifiers = new Map(this.#issuers.map((ca) => [ca, certifiersOf(ca, [...intermediates, ...roots])]));
    this.#revoked = new Set((root.revoked ?? []).map(normalSerial));
    this.#lists = readLists(mspId, root);
    this.#admins = new Set(read(root.adminPem ?? '', "administrator's certificate").map(({ id }) => id));
    const unitOf = ({ unit, caPem }: UnitIdentifier): Unit => ({
      unit,
      certifier: caPem === undefined || caPem === '' ? undefined : read(caPem, 'certificate of a unit')[0]?.x509.raw,
    });
    const { nodeOUs = true } = root;
    if (nodeOUs === true) this.#roles = new Map(ROLES.map((role) => [role, { unit: role, certifier: undefined }]));
    else if (nodeOUs !== false) this.#roles = new Map([...nodeOUs].map(([role, unit]) => [role, unitOf(unit)]));
    this.#units = (root.units ?? []).map(unitOf);
  }

  /**
   * What the MSP says of a certificate: its role, undefined where roles do not come from units; whether it is listed as an
   * administrator's; the CAs above it.
   * @throws IdentityError (NOT_ISSUED_BY_MSP, REVOKED, NO_SINGLE_ROLE)
   */
  judge(facts: CertificateFacts): Judgement {
    const refuse = (reason: IdentityError['reason'], message: string): IdentityError =>
      new IdentityError(reason, `MSP "${this.#mspId}": ${message}`, this.#mspId);
    const issuer = this.#issuers.find((ca) => isIssuer(ca, facts));
    if (issuer === undefined) {
      throw refuse('NOT_ISSUED_BY_MSP', `its CA did not issue the certificate of "${facts.commonName}"`);
    }
    if (this.#isRevoked(facts, issuer)) throw refuse('REVOKED', 'the certificate is revoked');
    const has = ({ unit, certifier }: Unit): boolean =>
      facts.units.includes(unit) && (certifier === undefined || issuer.x509.raw.equals(certifier));
    if (this.#units.length > 0 && !this.#units.some(has)) {
      throw refuse('NO_SINGLE_ROLE', 'the certificate names none of the organisational units that are asked for');
    }
    const isListedAdmin = this.#admins.has(facts.id);
    const certifiers = this.#certifiers.get(issuer) ?? '';
    if (this.#roles === undefined) return { role: undefined, isListedAdmin, certifiers };
    const known = [...this.#roles].filter(([, { unit }]) => facts.units.includes(unit));
    const [only] = known;
    if (only === undefined || known.length > 1 || !has(only[1])) {
      throw refuse('NO_SINGLE_ROLE', 'the certificate must name exactly one of client, peer, admin, orderer as its OU');
    }
    return { role: only[0], isListedAdmin, certifiers };
  }

  #isRevoked({ x509 }: CertificateFacts, issuer: CertificateFacts): boolean {
    const serial = normalSerial(x509.serialNumber);
    if (this.#revoked.has(serial)) return true;
    return this.#lists.some((list) => {
      // As in Fabric: nobody is trusted of an MSP that has a list of which nobody can tell whose it is.
      if (list.authorityKeyId === undefined) return true;
      const mayBeOurs = list.authorityKeyId === issuer.subjectKeyId && list.serials.has(serial);
      return mayBeOurs && list.isSignedBy(issuer.x509.publicKey);
    });
  }
}

/** What an MSP says of a certificate. */
export type Judgement = Pick<Identity, 'role'> & Required<Pick<Identity, 'isListedAdmin' | 'certifiers'>>;

interface Unit {
  readonly unit: string;
  /** The DER of the CA; undefined: any. */
  readonly certifier: Buffer | undefined;
}

const ROLES: readonly Role[] = ['client', 'peer', 'admin', 'orderer'];

function readAll(mspId: string, pem: string, what: string): readonly CertificateFacts[] {
  try {
    return splitPem(pem).map(readCertificate);
  } catch (error) {
    throw new IdentityError('MALFORMED', `the ${what} of MSP "${mspId}" cannot be read`, mspId, { cause: error });
  }
}

/** The CAs that issue identities: those that have certified no other CA of the MSP. */
function leavesOf(
  mspId: string,
  roots: readonly CertificateFacts[],
  intermediates: readonly CertificateFacts[],
): readonly CertificateFacts[] {
  const all = [...roots, ...intermediates];
  if (roots.length === 0 || all.some((ca) => !ca.x509.ca)) {
    throw new IdentityError('MALFORMED', `MSP "${mspId}" has no CA certificate`, mspId);
  }
  const above = new Set<CertificateFacts>();
  for (const intermediate of intermediates) {
    const issuer = all.find((ca) => ca !== intermediate && isIssuer(ca, intermediate));
    if (issuer === undefined) {
      throw new IdentityError('MALFORMED', `an intermediate CA of MSP "${mspId}" leads to no root`, mspId);
    }
    above.add(issuer);
  }
  return all.filter((ca) => !above.has(ca));
}

/** Fabric's CertifiersIdentifier of who is certified by this CA. */
function certifiersOf(ca: CertificateFacts, all: readonly CertificateFacts[]): string {
  const hash = createHash('sha256');
  const seen = new Set<CertificateFacts>();
  let above: CertificateFacts | undefined = ca;
  while (above !== undefined && !seen.has(above)) {
    const current: CertificateFacts = above;
    seen.add(current);
    above = all.find((other) => other !== current && isIssuer(other, current));
    hash.update(canonicalForm(current.x509, (above ?? current).x509));
  }
  return hash.digest('hex');
}

function readLists(mspId: string, { crlPems = [] }: MspRoot): readonly RevocationList[] {
  try {
    return crlPems.flatMap(readRevocationLists);
  } catch (error) {
    throw new IdentityError('MALFORMED', `a revocation list of MSP "${mspId}" cannot be read`, mspId, { cause: error });
  }
}

/** The CA's name, key usage and signature fit; and, as Fabric checks it, the CA was valid when it issued the certificate. */
function isIssuer(ca: CertificateFacts, leaf: CertificateFacts): boolean {
  return (
    leaf.x509.checkIssued(ca.x509) &&
    leaf.x509.verify(ca.x509.publicKey) &&
    leaf.notBefore.getTime() >= ca.notBefore.getTime() &&
    leaf.notBefore.getTime() <= ca.notAfter.getTime()
  );
}

function normalSerial(serial: string): string {
  return serial.replaceAll(':', '').replace(/^0+/, '').toUpperCase();
}
