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
export const transactionKey = (txId: string): string => `${TRANSACTIONS}${txId}`;
export const TRANSACTIONS = 'T';

/** A key of a chaincode's state. Namespaces have no U+0000, so that none is a prefix of another. */
export const stateKey = (namespace: string, key: string): string => `S${namespace}\u0000${key}`;

/** Says that keys of a namespace have, or once had, metadata: where it is not there nobody needs to look for them. */
export const metadataHintKey = (namespace: string): string => `${METADATA_HINT}${namespace}`;
export const METADATA_HINT = 'A';

/** The first database key after all of a namespace's state. */
export const endOfNamespace = (namespace: string): string => `S${namespace}\u0001`;

/** The state's key without its namespace. */
export const keyOfState = (namespace: string, databaseKey: string): string => databaseKey.slice(namespace.length + 2);

/** All chaincodes' state. */
export const STATE_BOUNDS = { gte: 'S', lt: 'T' } as const;

/** The namespace and the key of an entry of the state. */
export function partsOfStateKey(databaseKey: string): { readonly namespace: string; readonly key: string } {
  const end = databaseKey.indexOf('\u0000');
  return { namespace: databaseKey.slice(1, end), key: databaseKey.slice(end + 1) };
}

/** A private write set that an endorser keeps until its transaction is committed. */
export const transientKey = (txId: string, rwsetHash: Buffer): string => `P${txId}\u0000${rwsetHash.toString('hex')}`;

/** All that is kept of uncommitted transactions. */
export const TRANSIENT_BOUNDS = { gte: 'P', lt: 'Q' } as const;

/** The transaction of a private write set that is kept. */
export const txIdOfTransientKey = (databaseKey: string): string => databaseKey.slice(1, databaseKey.indexOf('\u0000'));

/** A collection's private write set of a committed transaction. */
export const privateDataKey = (block: number, tx: number, namespace: string, collection: string): string =>
  `V${ordered(block, BLOCK_DIGITS)}${ordered(tx, TX_DIGITS)}${namespace}\u0000${collection}`;

/** The bounds of a block's private write sets. */
export const privateDataBounds = (block: number): { readonly gte: string; readonly lt: string } => ({
  gte: `V${ordered(block, BLOCK_DIGITS)}`,
  lt: `V${ordered(block + 1, BLOCK_DIGITS)}`,
});

/** The transaction, namespace and collection of a private write set. */
export function partsOfPrivateDataKey(databaseKey: string): {
  readonly tx: number;
  readonly namespace: string;
  readonly collection: string;
} {
  const start = 1 + BLOCK_DIGITS;
  const [namespace = '', collection = ''] = databaseKey.slice(start + TX_DIGITS).split('\u0000');
  return { tx: parseInt(databaseKey.slice(start, start + TX_DIGITS), 16), namespace, collection };
}

const hashedIndexPrefix = (namespace: string, collection: string, hashedKey: string): string =>
  `I${namespace}\u0000${collection}\u0000${hashedKey}\u0000`;

/** Which committed transactions wrote a private key, by its hash. */
export const hashedIndexKey = (
  namespace: string,
  collection: string,
  hashedKey: string,
  block: number,
  tx: number,
): string =>
  `${hashedIndexPrefix(namespace, collection, hashedKey)}${ordered(block, BLOCK_DIGITS)}${ordered(tx, TX_DIGITS)}`;

/** The bounds of a private key's index; its keys end as those of the history do. */
export function hashedIndexBounds(
  namespace: string,
  collection: string,
  hashedKey: string,
): { readonly gte: string; readonly lt: string } {
  const prefix = hashedIndexPrefix(namespace, collection, hashedKey);
  return { gte: `${prefix}0`, lt: `${prefix}g` };
}

/** What of one block expires with another. */
export const expiryKey = (expiringBlock: number, committingBlock: number): string =>
  `X${ordered(expiringBlock, BLOCK_DIGITS)}${ordered(committingBlock, BLOCK_DIGITS)}`;

/** The bounds of what expires with a block. */
export const expiryBounds = (block: number): { readonly gte: string; readonly lt: string } => ({
  gte: `X${ordered(block, BLOCK_DIGITS)}`,
  lt: `X${ordered(block + 1, BLOCK_DIGITS)}`,
});

/** The bounds of all that expires with a block or later. */
export const expiriesFrom = (block: number): { readonly gte: string; readonly lt: string } => ({
  gte: `X${ordered(block, BLOCK_DIGITS)}`,
  lt: 'Y',
});

/** The largest block number that keys have room for. */
export const LAST_BLOCK = 2 ** (4 * BLOCK_DIGITS) - 1;

/** The two blocks of an expiry key. */
export function blocksOfExpiryKey(databaseKey: string): { readonly expiring: number; readonly committing: number } {
  const middle = 1 + BLOCK_DIGITS;
  return { expiring: parseInt(databaseKey.slice(1, middle), 16), committing: parseInt(databaseKey.slice(middle), 16) };
}

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
