/** Certificate revocation lists (RFC 5280, 5): which serial numbers a CA has revoked. */
import { type KeyObject, verify } from 'node:crypto';
import { DER_TAG, derElement, type DerElement, derElements, DerError, derOid } from './der';

/** A list as read; whether a CA has signed it is for `isSignedBy` to say. */
export interface RevocationList {
  /** In hex, without leading zeros. */
  readonly serials: ReadonlySet<string>;
  /** Of the CA's key, in hex; undefined: the list does not say. */
  readonly authorityKeyId: string | undefined;
  readonly isSignedBy: (publicKey: KeyObject) => boolean;
}

/**
 * All lists of a PEM text. As in Fabric, dates do not matter: what is on a list is revoked as long as the list is there.
 * @throws DerError when one cannot be read.
 */
export function readRevocationLists(pem: string): readonly RevocationList[] {
  const blocks = pem.match(/-----BEGIN (X509 )?CRL-----[^-]+-----END (X509 )?CRL-----/g) ?? [];
  return blocks.map((block) => readList(Buffer.from(block.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')));
}

const BIT_STRING = 0x03;
const CRL_EXTENSIONS = 0xa0;
const KEY_ID = 0x80;
const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';
const TIMES: ReadonlySet<number> = new Set([0x17, 0x18]);

const HASHES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.113549.1.1.11', 'sha256'],
]);

function readList(der: Uint8Array): RevocationList {
  const [tbs, algorithm, signature] = derElements(derElement(der, DER_TAG.sequence).content);
  if (tbs?.tag !== DER_TAG.sequence || signature?.tag !== BIT_STRING) throw new DerError('no revocation list');
  const [oid] = derElements(algorithm?.content ?? new Uint8Array());
  const hash = oid?.tag === DER_TAG.oid ? HASHES.get(derOid(oid.content)) : undefined;
  if (hash === undefined) throw new DerError('a revocation list signed in an unknown way');
  const fields = derElements(tbs.content);
  const lastTime = fields.findLastIndex(({ tag }) => TIMES.has(tag));
  const entries = fields[lastTime + 1];
  const revoked = entries?.tag === DER_TAG.sequence ? derElements(entries.content) : [];
  return {
    serials: new Set(revoked.map(({ content }) => serialOf(content))),
    authorityKeyId: authorityKeyId(fields),
    // The first byte of a bit string counts its unused bits.
    isSignedBy: (publicKey) => verify(hash, tbs.whole, publicKey, signature.content.subarray(1)),
  };
}

/** The key identifier [0] of the extension AuthorityKeyIdentifier (RFC 5280, 5.2.1). */
function authorityKeyId(fields: readonly DerElement[]): string | undefined {
  const extensions = fields.find(({ tag }) => tag === CRL_EXTENSIONS);
  if (extensions === undefined) return undefined;
  for (const { content } of derElements(derElement(extensions.content, DER_TAG.sequence).content)) {
    const [type, ...rest] = derElements(content);
    const value = rest.at(-1);
    if (type?.tag !== DER_TAG.oid || value?.tag !== DER_TAG.octetString) throw new DerError('malformed extension');
    if (derOid(type.content) !== AUTHORITY_KEY_IDENTIFIER) continue;
    const keyId = derElements(derElement(value.content, DER_TAG.sequence).content).find(({ tag }) => tag === KEY_ID);
    return keyId === undefined ? undefined : Buffer.from(keyId.content).toString('hex');
  }
  return undefined;
}

function serialOf(entry: Uint8Array): string {
  const [serial] = derElements(entry);
  if (serial?.tag !== DER_TAG.integer) throw new DerError('a revoked certificate without a serial number');
  return Buffer.from(serial.content).toString('hex').replace(/^0+/, '').toUpperCase();
}
