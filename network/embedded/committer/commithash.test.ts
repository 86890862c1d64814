import { describe, expect, test } from '@jest/globals';
import { type VersionedValue } from '../ledger/state';
import { hashedKey, hashedNamespace, sha256 } from '../privdata/namespaces';
import { NO_BYTES } from '../wire/protobuf';
import { commitHash, type HashedUpdates } from './commithash';

const value = (text: string, tx = 0): VersionedValue => ({
  value: Buffer.from(text),
  version: { block: 1, tx },
  metadata: NO_BYTES,
});

function updates(...entries: readonly (readonly [string, string, VersionedValue | undefined])[]): HashedUpdates {
  const namespaces = new Map<string, Map<string, VersionedValue | undefined>>();
  for (const [namespace, key, written] of entries) {
    const changes = namespaces.get(namespace) ?? new Map<string, VersionedValue | undefined>();
    namespaces.set(namespace, changes.set(key, written));
  }
  return { namespaces, deletedBy: () => ({ block: 1, tx: 0 }) };
}

const VALID = Uint8Array.from([0]);
const hash = (content: HashedUpdates, codes = VALID, previous = NO_BYTES): string =>
  commitHash(codes, content, previous).toString('hex');

const A = ['cc', 'a', value('1')] as const;
const B = ['cc', 'b', value('2')] as const;
const OTHER = ['other', 'a', value('3')] as const;
const HASHED = [hashedNamespace('cc', 'pair'), hashedKey(sha256('k')), value('4')] as const;

describe('the commit hash', () => {
  test('does not depend on the order in which keys were changed', () => {
    expect(hash(updates(A, B, OTHER, HASHED))).toBe(hash(updates(HASHED, OTHER, B, A)));
  });

  test.each([
    ['a value', hash(updates(['cc', 'a', value('2')]))],
    ['a key', hash(updates(['cc', 'b', value('1')]))],
    ['a chaincode', hash(updates(['dd', 'a', value('1')]))],
    ['a collection', hash(updates([hashedNamespace('cc', 'pair'), 'a', value('1')]))],
    ['the transaction', hash(updates(['cc', 'a', value('1', 1)]))],
    ['a deletion', hash(updates(['cc', 'a', undefined]))],
    ['a validation code', hash(updates(A), Uint8Array.from([11]))],
    ['the block before', hash(updates(A), VALID, Buffer.from('x'))],
  ])('depends on %s', (_name, other) => {
    expect(other).not.toBe(hash(updates(A)));
  });
});
