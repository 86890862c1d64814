/** The membership service: turns serialized identities into checked ones, by the CA of the MSP that they name. */
import { type KeyObject, type X509Certificate } from 'node:crypto';
import { SerializedIdentity } from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import { type CertificateFacts, readCertificate } from './certificate';
import { IdentityError, type IdentityErrorReason } from './errors';
import { type Judgement, MspDefinition, type MspRoot } from './msp-definition';
import { isSigningKey, verifyMessage } from './signature';
import { type Identity, type Role } from './types';

export { type MspRoot, type UnitIdentifier } from './msp-definition';

/** Identities that are kept with their certificate read and its chain checked: some 3 KB each. */
const MAX_CACHED = 4096;

/** The MSPs of a channel. */
export class MspRegistry {
  readonly #msps: ReadonlyMap<string, MspDefinition>;
  /** By the serialized bytes; a Map keeps insertion order, so the first key is the least recently used. */
  readonly #checked = new Map<string, CheckedIdentity>();

  readonly #takesEd25519: boolean;

  /**
   * @param takesEd25519 whether Ed25519 keys sign too, as the channel's capability V3_0 has it
   * @throws IdentityError (MALFORMED) when an MSP's CA certificate cannot be read or is none.
   */
  constructor(roots: ReadonlyMap<string, MspRoot>, takesEd25519 = true) {
    this.#takesEd25519 = takesEd25519;
    this.#msps = new Map([...roots].map(([mspId, root]) => [mspId, new MspDefinition(mspId, root)]));
  }

  get mspIds(): readonly string[] {
    return [...this.#msps.keys()];
  }

  /**
   * The identity, if its MSP's CA issued it and it is not revoked, nor expired at `at`.
   *
   * As in Fabric only those who take a request look at a clock, and only at a certificate's end. Who validates a block must
   * not: all peers, whenever they do it, have to come to the same result.
   * @param serializedIdentity bytes of msp.SerializedIdentity
   * @param at the time that expiry is judged at, anew at every call; without it expiry does not matter
   * @throws IdentityError
   */
  identify(serializedIdentity: Uint8Array, at?: Date): Identity {
    const key = Buffer.from(
      serializedIdentity.buffer,
      serializedIdentity.byteOffset,
      serializedIdentity.byteLength,
    ).toString('latin1');
    let identity = this.#checked.get(key);
    if (identity === undefined) identity = this.#check(serializedIdentity);
    else this.#checked.delete(key);
    this.#checked.set(key, identity);
    if (this.#checked.size > MAX_CACHED) this.#forgetOldest();
    if (at !== undefined) identity.requireValidAt(at);
    return identity;
  }

  /** The same, undefined where there is no such identity. */
  find(serializedIdentity: Uint8Array, at?: Date): Identity | undefined {
    try {
      return this.identify(serializedIdentity, at);
    } catch (error) {
      if (error instanceof IdentityError) return undefined;
      throw error;
    }
  }

  #check(serialized: Uint8Array): CheckedIdentity {
    const { mspId, pem } = deserialize(serialized);
    const msp = this.#msps.get(mspId);
    if (msp === undefined) throw new IdentityError('UNKNOWN_MSP', `no MSP "${mspId}" on this channel`, mspId);
    const refuse = (reason: IdentityErrorReason, message: string, cause?: unknown): IdentityError =>
      new IdentityError(reason, `MSP "${mspId}": ${message}`, mspId, cause === undefined ? undefined : { cause });
    let facts: CertificateFacts;
    try {
      facts = readCertificate(pem);
    } catch (error) {
      throw refuse('MALFORMED', 'the certificate cannot be read', error);
    }
    const publicKey = keyOf(facts.x509);
    if (publicKey === undefined) throw refuse('MALFORMED', 'the key cannot be read');
    if (facts.x509.ca) throw refuse('CA_CERTIFICATE', 'a CA certificate is not an identity');
    const judgement = msp.judge(facts);
    if (!this.#takes(publicKey)) throw refuse('WRONG_KEY_TYPE', 'the key is of a kind that is not taken here');
    // Copied: the caller's bytes are usually a view of a whole message, which would stay in memory with them.
    return new CheckedIdentity(mspId, judgement, facts, publicKey, Uint8Array.from(serialized));
  }

  #takes(key: KeyObject): boolean {
    return isSigningKey(key) === true && (this.#takesEd25519 || key.asymmetricKeyType !== 'ed25519');
  }

  #forgetOldest(): void {
    const [oldest] = this.#checked.keys();
    if (oldest !== undefined) this.#checked.delete(oldest);
  }
}

/** The bytes of msp.SerializedIdentity for a certificate. */
export function serializeIdentity(mspId: string, certificatePem: string): Uint8Array {
  const message = new SerializedIdentity();
  message.setMspid(mspId);
  message.setIdBytes(Buffer.from(certificatePem, 'utf8'));
  return message.serializeBinary();
}

/** When the certificate of a serialized identity expires, whoever issued it; undefined when that cannot be read. */
export function expiresAt(serializedIdentity: Uint8Array): Date | undefined {
  try {
    return readCertificate(deserialize(serializedIdentity).pem).notAfter;
  } catch {
    return undefined;
  }
}

class CheckedIdentity implements Identity {
  readonly mspId: string;
  readonly certificateId: string;
  readonly role: Role | undefined;
  readonly isListedAdmin: boolean;
  readonly units: readonly string[];
  readonly certifiers: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly commonName: string;
  readonly serialized: Uint8Array;
  readonly notAfter: Date;
  readonly #publicKey: KeyObject;

  constructor(
    mspId: string,
    { role, isListedAdmin, certifiers }: Judgement,
    facts: CertificateFacts,
    key: KeyObject,
    serialized: Uint8Array,
  ) {
    this.mspId = mspId;
    this.role = role;
    this.isListedAdmin = isListedAdmin;
    this.certifiers = certifiers;
    this.units = facts.units;
    this.certificateId = facts.id;
    this.attributes = facts.attributes;
    this.commonName = facts.commonName;
    this.notAfter = facts.notAfter;
    this.serialized = serialized;
    this.#publicKey = key;
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return verifyMessage(this.#publicKey, message, signature);
  }

  /** @throws IdentityError (EXPIRED) */
  requireValidAt(at: Date): void {
    if (at.getTime() <= this.notAfter.getTime()) return;
    const what = `the certificate of "${this.commonName}" expired on ${this.notAfter.toISOString()}`;
    throw new IdentityError('EXPIRED', `MSP "${this.mspId}": ${what}`, this.mspId);
  }
}

function deserialize(serialized: Uint8Array): { mspId: string; pem: Uint8Array } {
  try {
    const message = SerializedIdentity.deserializeBinary(serialized);
    return { mspId: message.getMspid(), pem: message.getIdBytes_asU8() };
  } catch (error) {
    throw new IdentityError('MALFORMED', 'not a serialized identity', undefined, { cause: error });
  }
}

/** Undefined where Fabric cannot read it: it knows no other curves. */
function keyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    const { publicKey } = certificate;
    return isSigningKey(publicKey) === undefined ? undefined : publicKey;
  } catch {
    return undefined;
  }
}
