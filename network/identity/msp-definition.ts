/** One MSP as its definition says: which CAs it trusts, what they have revoked, and which units make a role. */
import { createHash } from 'node:crypto';
import { canonicalForm, readCertificate, splitPem, type CertificateFacts } from './certificate';
import { type Chain, chainsOf } from './chains';
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
  readonly #chains: (certificate: CertificateFacts) => readonly Chain[];
  /** CAs that issue to CAs only. */
  readonly #internal: ReadonlySet<CertificateFacts>;
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
    this.#chains = (certificate) => chainsOf(certificate, roots, intermediates);
    this.#revoked = new Set((root.revoked ?? []).map(normalSerial));
    this.#lists = readLists(mspId, root);
    this.#internal = internalNodes(mspId, roots, intermediates, (ca, issuer) => this.#isRevoked(ca, issuer));
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
   * @throws IdentityError (NOT_ISSUED_BY_MSP, ISSUER_OF_CAS, REVOKED, NO_SINGLE_ROLE)
   */
  judge(facts: CertificateFacts): Judgement {
    const refuse = (reason: IdentityError['reason'], message: string): IdentityError =>
      new IdentityError(reason, `MSP "${this.#mspId}": ${message}`, this.#mspId);
    const [chain, ...others] = this.#chains(facts);
    const [issuer] = chain ?? [];
    if (chain === undefined || issuer === undefined) {
      throw refuse('NOT_ISSUED_BY_MSP', `its CA did not issue the certificate of "${facts.commonName}"`);
    }
    if (others.length > 0) {
      throw refuse('NOT_ISSUED_BY_MSP', `the certificate of "${facts.commonName}" leads to roots in several ways`);
    }
    if (this.#internal.has(issuer)) {
      throw refuse('ISSUER_OF_CAS', `the CA of the certificate of "${facts.commonName}" issues to CAs only`);
    }
    if (this.#isRevoked(facts, issuer)) throw refuse('REVOKED', 'the certificate is revoked');
    const has = ({ unit, certifier }: Unit): boolean =>
      facts.units.includes(unit) && (certifier === undefined || issuer.x509.raw.equals(certifier));
    if (this.#units.length > 0 && !this.#units.some(has)) {
      throw refuse('NO_SINGLE_ROLE', 'the certificate names none of the organisational units that are asked for');
    }
    const isListedAdmin = this.#admins.has(facts.id);
    const certifiers = certifiersOf(chain);
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

/** The CAs that have certified others of the MSP: Fabric takes no identities of theirs. */
function internalNodes(
  mspId: string,
  roots: readonly CertificateFacts[],
  intermediates: readonly CertificateFacts[],
  isRevoked: (ca: CertificateFacts, issuer: CertificateFacts) => boolean,
): ReadonlySet<CertificateFacts> {
  const malformed = (why: string): IdentityError => new IdentityError('MALFORMED', `MSP "${mspId}" ${why}`, mspId);
  if (roots.length === 0 || [...roots, ...intermediates].some((ca) => !ca.x509.ca))
    throw malformed('has no CA certificate');
  return new Set(
    intermediates.flatMap((ca) => {
      const [chain, ...others] = chainsOf(ca, roots, intermediates);
      const [issuer] = chain ?? [];
      if (chain === undefined || issuer === undefined) throw malformed('has an intermediate CA that leads to no root');
      if (others.length > 0) throw malformed('has an intermediate CA that leads to roots in several ways');
      if (isRevoked(ca, issuer)) throw malformed('has an intermediate CA that is revoked');
      return chain;
    }),
  );
}

/** Fabric's CertifiersIdentifier of who is certified through these CAs. */
function certifiersOf(chain: Chain): string {
  const hash = createHash('sha256');
  for (const [at, ca] of chain.entries()) hash.update(canonicalForm(ca.x509, (chain[at + 1] ?? ca).x509));
  return hash.digest('hex');
}

function readLists(mspId: string, { crlPems = [] }: MspRoot): readonly RevocationList[] {
  try {
    return crlPems.flatMap(readRevocationLists);
  } catch (error) {
    throw new IdentityError('MALFORMED', `a revocation list of MSP "${mspId}" cannot be read`, mspId, { cause: error });
  }
}

function normalSerial(serial: string): string {
  return serial.replaceAll(':', '').replace(/^0+/, '').toUpperCase();
}
