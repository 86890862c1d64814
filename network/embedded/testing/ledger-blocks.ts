/** Blocks whose every effect is known from their number: what a ledger must hold when such a block is its last. */
import { type BlockCommit, type Genesis } from '../ledger/ledger';
import { type VersionedValue } from '../ledger/state';
import { blockMetadata, dataHash } from '../wire/block';
import { NO_BYTES } from '../wire/protobuf';

export const NAMESPACE = 'crash';
export const KEYS = 24;
const TRANSACTIONS = 3;

export function firstBlock(): Genesis {
  const data = [Buffer.from('genesis')];
  const header = { number: 0, previousHash: NO_BYTES, dataHash: dataHash(data) };
  return { block: { header, data, metadata: blockMetadata(new Uint8Array(1)) }, txId: '' };
}

/** The block writes every key but one, and deletes that. */
export function valueOf(number: number, key: number): Buffer | undefined {
  if (number % KEYS === key) return undefined;
  // From a few bytes to a few thousand, so that the store's own files and blocks end anywhere.
  return Buffer.alloc(((number * 7919 + key * 104_729) % 5000) + 8, `${number}/${key} `);
}

export function txIdsOf(number: number): readonly string[] {
  return Array.from({ length: TRANSACTIONS }, (_, tx) => `tx-${number}-${tx}`);
}

/** The commit of a block; its last transaction is invalid. */
export function commitOf(number: number, previousHash: Buffer): BlockCommit {
  const data = txIdsOf(number).map((txId) => Buffer.alloc(300 + (number % 500), txId));
  const codes = Uint8Array.from(data, (_, tx) => (tx === TRANSACTIONS - 1 ? 11 : 0));
  const keys = Array.from({ length: KEYS }, (_, key) => key);
  const entry = (key: number): [string, VersionedValue | undefined] => {
    const value = valueOf(number, key);
    const version = { block: number, tx: 0 };
    return [`key${key}`, value === undefined ? undefined : { value, version, metadata: NO_BYTES }];
  };
  return {
    block: {
      header: { number, previousHash, dataHash: dataHash(data) },
      data,
      metadata: blockMetadata(codes),
    },
    txIds: txIdsOf(number),
    codes,
    updates: new Map([[NAMESPACE, new Map(keys.map(entry))]]),
    history: keys.map((key) => ({ namespace: NAMESPACE, key: `key${key}`, tx: 0 })),
  };
}
