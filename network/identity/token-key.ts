/**
 * Private keys that stay in a token (an HSM, or SoftHSM), by PKCS #11. The module `pkcs11js` is loaded when a key is first asked for:
 * fabric-gateway brings it as an optional dependency, and it has to be built on the machine.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { MaterialError } from './errors';
import { lowS } from './signature';

/** Where the token is, as the environment says. */
export interface TokenSettings {
  /** The maker's library, such as libsofthsm2.so. */
  readonly library: string;
  readonly label: string;
  readonly pin: string;
}

/** What is used of pkcs11js; handles are opaque. */
interface Pkcs11 {
  load(library: string): void;
  C_Initialize(): void;
  C_GetSlotList(withToken: boolean): Buffer[];
  C_GetTokenInfo(slot: Buffer): { readonly label: string };
  C_OpenSession(slot: Buffer, flags: number): Buffer;
  C_Login(session: Buffer, user: number, pin: string): void;
  C_FindObjectsInit(session: Buffer, template: readonly Attribute[]): void;
  C_FindObjects(session: Buffer, most: number): Buffer[];
  C_FindObjectsFinal(session: Buffer): void;
  C_GetAttributeValue(session: Buffer, object: Buffer, template: readonly Attribute[]): { readonly value: Buffer }[];
  C_SignInit(session: Buffer, mechanism: { readonly mechanism: number }, key: Buffer): void;
  C_Sign(session: Buffer, data: Buffer, signature: Buffer): Buffer;
}
interface Attribute {
  readonly type: number;
  readonly value?: number | Buffer;
}

// Numbers of PKCS #11 2.40.
const CKF_SERIAL_SESSION = 4;
const CKU_USER = 1;
const [CKA_CLASS, CKA_ID, CKA_EC_POINT] = [0x000, 0x102, 0x181];
const [CKO_PUBLIC_KEY, CKO_PRIVATE_KEY] = [2, 3];
const CKM_ECDSA = 0x1041;
const P1363_BYTES = 64;

/** Signs SHA-256 of a message: DER, low s. */
export type TokenKey = (message: Uint8Array) => Uint8Array;

/**
 * The key of a certificate: the private key with the id of the public key that the certificate is for.
 * @throws MaterialError when no token is configured, it cannot be opened, or it has no such key
 */
export function tokenKey(certificatePem: string, environment: NodeJS.ProcessEnv = process.env): TokenKey {
  const settings = tokenSettings(environment);
  const { pkcs11, session } = open(settings);
  const { publicKey, subject } = new X509Certificate(certificatePem);
  // The last 65 bytes of a P-256 key's SubjectPublicKeyInfo are its point; the token has it as an OCTET STRING.
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
  const ecPoint = Buffer.concat([Buffer.from([0x04, point.length]), point]);
  const [publicObject] = find(pkcs11, session, CKO_PUBLIC_KEY, { type: CKA_EC_POINT, value: ecPoint });
  const id = publicObject && pkcs11.C_GetAttributeValue(session, publicObject, [{ type: CKA_ID }])[0]?.value;
  const [key] = id === undefined ? [] : find(pkcs11, session, CKO_PRIVATE_KEY, { type: CKA_ID, value: id });
  if (key === undefined) {
    throw new MaterialError(`token "${settings.label}" has not the key of ${subject.replaceAll('\n', ', ')}`);
  }
  return (message) => {
    pkcs11.C_SignInit(session, { mechanism: CKM_ECDSA }, key);
    return lowS(pkcs11.C_Sign(session, createHash('sha256').update(message).digest(), Buffer.alloc(P1363_BYTES)));
  };
}

/** @throws MaterialError when no token is configured */
export function tokenSettings(environment: NodeJS.ProcessEnv = process.env): TokenSettings {
  const [library, label, pin] = ['LIBRARY', 'LABEL', 'PIN'].map((name) => environment[`ONEPLEDGE_PKCS11_${name}`]);
  if (library !== undefined && label !== undefined && pin !== undefined) return { library, label, pin };
  throw new MaterialError(
    'a certificate without its key needs a token: set ONEPLEDGE_PKCS11_LIBRARY, ONEPLEDGE_PKCS11_LABEL and ONEPLEDGE_PKCS11_PIN',
  );
}

interface OpenToken {
  readonly pkcs11: Pkcs11;
  readonly session: Buffer;
}

/** A library is initialised once a process; the session stays logged in as long as that. */
const OPEN = new Map<string, OpenToken>();

function open({ library, label, pin }: TokenSettings): OpenToken {
  const known = OPEN.get(`${library} ${label}`);
  if (known !== undefined) return known;
  try {
    const pkcs11 = load();
    pkcs11.load(library);
    pkcs11.C_Initialize();
    const slot = pkcs11.C_GetSlotList(true).find((one) => pkcs11.C_GetTokenInfo(one).label.trim() === label);
    if (slot === undefined) throw new Error('there is no token of this label');
    const session = pkcs11.C_OpenSession(slot, CKF_SERIAL_SESSION);
    pkcs11.C_Login(session, CKU_USER, pin);
    const opened = { pkcs11, session };
    OPEN.set(`${library} ${label}`, opened);
    return opened;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MaterialError(`token "${label}" of ${library} cannot be opened: ${reason}`, { cause: error });
  }
}

function load(): Pkcs11 {
  try {
    // Not every installation has it.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { PKCS11 } = require('pkcs11js') as { readonly PKCS11: new () => Pkcs11 };
    return new PKCS11();
  } catch (error) {
    throw new Error('the module pkcs11js is not built here ("npm rebuild pkcs11js", with a C++ compiler)', {
      cause: error,
    });
  }
}

function find(pkcs11: Pkcs11, session: Buffer, class_: number, by: Attribute): readonly Buffer[] {
  pkcs11.C_FindObjectsInit(session, [{ type: CKA_CLASS, value: class_ }, by]);
  const found = pkcs11.C_FindObjects(session, 1);
  pkcs11.C_FindObjectsFinal(session);
  return found;
}
