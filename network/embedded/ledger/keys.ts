/** Where things are in a channel's database: one key space, one letter a table. */

/** A number as text that sorts like the number. */
function ordered(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

const BLOCK_DIGITS = 13;
const TX_DIGITS = 6;

/** Format and height. */
export const META_KEY = 'M';

/** A block's header and metadata. */
export const blockKey = (block: number): string => `B${ordered(block, BLOCK_DIGITS)}`;

/** The number of the block whose header has this hash. */
export const blockHashKey = (hash: Buffer): string => `N${hash.toString('hex')}`;

/** One envelope of a block, exactly as ordered. */
export const envelopeKey = (block: number, tx: number): string =>
  `E${ordered(block, BLOCK_DIGITS)}${ordered(tx, TX_DIGITS)}`;

/** Where a transaction is, and its validation code. */
export const transactionKey = (txId: string): string => `T${txId}`;

/** A key of a chaincode's state. Namespaces have no U+0000, so that none is a prefix of another. */
export const stateKey = (namespace: string, key: string): string => `S${namespace}\u0000${key}`;

/** Says that keys of a namespace have, or once had, metadata: where it is not there nobody needs to look for them. */
export const metadataHintKey = (namespace: string): string => `${METADATA_HINT}${namespace}`;
export const METADATA_HINT = 'N';

/** The first database key after all of a namespace's state. */
export const endOfNamespace = (namespace: string): string => `S${namespace}\u0001`;

/** The state's key without its namespace. */
export const keyOfState = (namespace: string, databaseKey: string): string => databaseKey.slice(namespace.length + 2);

/** History entries of one key stand together; the length keeps a key apart from another that continues it. */
const historyPrefix = (namespace: string, key: string): string =>
  `H${namespace}\u0000${ordered(key.length, TX_DIGITS)}${key}\u0000`;

export const historyKey = (namespace: string, key: string, block: number, tx: number): string =>
  `${historyPrefix(namespace, key)}${ordered(block, BLOCK_DIGITS)}${ordered(tx, TX_DIGITS)}`;

/** The bounds of a key's history. */
export function historyBounds(namespace: string, key: string): { readonly gte: string; readonly lt: string } {
  const prefix = historyPrefix(namespace, key);
  return { gte: `${prefix}0`, lt: `${prefix}g` };
}

/** The block and the position that a history key ends with. */
export function versionOfHistoryKey(databaseKey: string): { readonly block: number; readonly tx: number } {
  const position = databaseKey.length - BLOCK_DIGITS - TX_DIGITS;
  return {
    block: parseInt(databaseKey.slice(position, position + BLOCK_DIGITS), 16),
    tx: parseInt(databaseKey.slice(position + BLOCK_DIGITS), 16),
  };
}

/**
 * Compares keys as Fabric does, by their UTF-8 bytes: like code points, unlike JavaScript's own order of UTF-16 units.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return fixUp(left) - fixUp(right);
  }
  return a.length - b.length;
}

/** Puts surrogates (characters beyond U+FFFF) after all other units. */
function fixUp(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
