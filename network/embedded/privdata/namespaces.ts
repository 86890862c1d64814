/** Where private data are in the state: two namespaces a collection, as in Fabric, one for the data, one for their hashes. */
import { createHash } from 'node:crypto';

/** The namespace of a collection's data. No chaincode's name has a `$`. */
export const privateNamespace = (namespace: string, collection: string): string => `${namespace}$$p${collection}`;

/** The namespace of the hashes, which all members of the channel have. */
export const hashedNamespace = (namespace: string, collection: string): string => `${namespace}$$h${collection}`;

/** Whose hashes are in a namespace of the state: the chaincode and the collection; undefined: it holds public keys. */
export function hashedPlace(namespace: string): readonly [namespace: string, collection: string | undefined] {
  const at = namespace.indexOf('$$h');
  return at < 0 ? [namespace, undefined] : [namespace.slice(0, at), namespace.slice(at + 3)];
}

/** Whether a namespace of the state holds a collection's data themselves. */
export function isPrivateNamespace(namespace: string): boolean {
  return namespace.includes('$$p');
}

/** SHA-256 of a key's UTF-8 bytes, or of a value. */
export function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}

/** The key that a hash has in the hashed namespace. */
export const hashedKey = (keyHash: Buffer): string => keyHash.toString('base64');
