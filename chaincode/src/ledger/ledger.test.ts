/** What stands on the ledger and how it is read and written: keys, values, batches, ids. */
import { describe, expect, test } from '@jest/globals';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeStub } from 'fabric-shim-api';
import fc from 'fast-check';
import type { EvidenceToken } from '../model/evidence';
import { shimKeys } from '../testing/peer-stub';
import { anEvidenceRecord, aPledgeRecord, aReceivableRecord } from '../testing/records';
import { WorldState } from '../testing/world-state';
import { batchCapability, BatchedCalls, StateAccessError, type Ask } from './batched-calls';
import { evidenceCodec, pledgeCodec, receivableCodec } from './codec';
import { KeyedHashTokens } from './evidence-token';
import { pledgeId, receivableId } from './ids';
import { compositeKey, INDEX, key } from './key';
import { SingleCalls } from './state-access';
import { decodeStored, encodeStored, UnknownSchema } from './stored';
import { NotLoaded, UnitOfWork } from './unit-of-work';

describe('composite keys', () => {
  const part = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 10 })
    .filter((text) => !text.includes('\u0000') && !text.includes('\u{10ffff}'));

  test("are fabric-shim's own", () => {
    fc.assert(
      fc.property(part, fc.array(part, { minLength: 1, maxLength: 4 }), (objectType, attributes) => {
        const made = compositeKey(objectType, ...attributes);
        expect(made).toBe(shimKeys.createCompositeKey(objectType, attributes));
        expect(shimKeys.splitCompositeKey(made)).toEqual({ objectType, attributes });
      }),
    );
  });

  test('of different parts are different', () => {
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 2, maxLength: 4 }),
        fc.array(part, { minLength: 2, maxLength: 4 }),
        (a, b) => {
          const [first = '', ...rest] = a;
          const [other = '', ...others] = b;
          expect(compositeKey(first, ...rest) === compositeKey(other, ...others)).toBe(
            JSON.stringify(a) === JSON.stringify(b),
          );
        },
      ),
    );
  });

  test.each([
    ['a', ''],
    ['a', 'b\u0000c'],
    ['', 'a'],
    ['a\u0000', 'b'],
  ])('take neither empty parts nor U+0000: %j, %j', (type, attribute) => {
    expect(() => compositeKey(type, attribute)).toThrow('not a part of a key');
  });

  test('keep kinds of records apart', () => {
    const id = `rcv_${'0'.repeat(26)}`;
    const keys = [
      key.registry(),
      key.member('x'),
      key.party('x'),
      key.evidence('x' as EvidenceToken),
      key.receivable('x'),
      key.pledge(`${id}.y`),
    ];
    for (const index of Object.values(INDEX)) keys.push(key.index(index, 'x', 'x'));
    expect(new Set(keys.map(({ text }) => text)).size).toBe(keys.length);
  });
});

describe('values', () => {
  test('are what they were after they were written and read', () => {
    fc.assert(
      fc.property(aReceivableRecord, aPledgeRecord, anEvidenceRecord, (receivable, pledge, evidence) => {
        expect(
          decodeStored(receivableCodec, encodeStored(receivableCodec, { record: receivable, changes: [] })).record,
        ).toEqual(receivable);
        expect(decodeStored(pledgeCodec, encodeStored(pledgeCodec, { record: pledge, changes: [] })).record).toEqual(
          pledge,
        );
        expect(
          decodeStored(evidenceCodec, encodeStored(evidenceCodec, { record: evidence, changes: [] })).record,
        ).toEqual(evidence);
      }),
    );
  });

  test('of equal records are equal bytes, whatever wrote them', () => {
    fc.assert(
      fc.property(aReceivableRecord, (record) => {
        const bytes = encodeStored(receivableCodec, { record, changes: [] });
        const again = encodeStored(receivableCodec, decodeStored(receivableCodec, bytes));
        expect(Buffer.compare(bytes, again)).toBe(0);
      }),
    );
  });

  test('of a later schema are not guessed at', () => {
    expect(() => decodeStored(pledgeCodec, Buffer.from('{"schema":2,"record":{}}'))).toThrow(UnknownSchema);
  });
});

describe('a peer that takes batches', () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

  /** A peer that answers from a table, in messages of the types that Fabric 3.1 has. */
  function aPeer(table: Record<string, string>, answer = (values: Uint8Array[]) => values) {
    const sizes: number[] = [];
    const written = new Map<string, string>();
    const ask: Ask = (type, payload) => {
      if (type === 25) {
        const keys = peer.GetStateMultiple.deserializeBinary(payload).getKeysList();
        sizes.push(keys.length);
        const result = new peer.GetStateMultipleResult();
        result.setValuesList(answer(keys.map((one) => bytes(table[one] ?? ''))));
        return Promise.resolve(result.serializeBinary());
      }
      expect(type).toBe(24);
      const records = peer.WriteBatchState.deserializeBinary(payload).getRecList();
      sizes.push(records.length);
      for (const record of records) {
        const metadata = record.getMetadata();
        expect(record.getType()).toBe(
          peer.WriteRecord.Type[metadata === undefined ? 'PUT_STATE' : 'PUT_STATE_METADATA'],
        );
        const name = metadata === undefined ? record.getKey() : `${record.getKey()}/${metadata.getMetakey()}`;
        written.set(name, Buffer.from(metadata?.getValue_asU8() ?? record.getValue_asU8()).toString());
      }
      return Promise.resolve(new Uint8Array());
    };
    return { calls: new BatchedCalls(ask, { maxRead: 3, maxWrite: 2 }), sizes, written };
  }

  test('is asked in pieces of the sizes that it takes, and its answers keep the order', async () => {
    const { calls, sizes } = aPeer({ a: '1', c: '3', g: '7' });
    const values = await calls.read(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    expect(values.map((value) => value && Buffer.from(value).toString())).toEqual([
      '1',
      undefined,
      '3',
      undefined,
      undefined,
      undefined,
      '7',
    ]);
    expect(sizes).toEqual([3, 3, 1]);
  });

  test('is written to in pieces, each record once', async () => {
    const { calls, sizes, written } = aPeer({});
    await calls.write(['a', 'b', 'c'].map((one) => ({ key: one, value: bytes(`${one}!`) })));
    expect([sizes, [...written]]).toEqual([
      [2, 1],
      [
        ['a', 'a!'],
        ['b', 'b!'],
        ['c', 'c!'],
      ],
    ]);
  });

  test("is given a key's endorsement policy with its value", async () => {
    const { calls, written } = aPeer({});
    await calls.write([{ key: 'a', value: bytes('1'), policy: bytes('p') }]);
    expect([...written]).toEqual([
      ['a', '1'],
      ['a/VALIDATION_PARAMETER', 'p'],
    ]);
  });

  test.each([
    ['nothing', () => []],
    ['too few values', (values: Uint8Array[]) => values.slice(1)],
    ['too many values', (values: Uint8Array[]) => [...values, new Uint8Array()]],
  ])('that answers %s is not believed', async (_, answer) => {
    await expect(aPeer({ a: '1' }, answer).calls.read(['a', 'b'])).rejects.toThrow(StateAccessError);
  });

  test('is not asked for nothing', async () => {
    const { calls, sizes } = aPeer({});
    expect(await calls.read([])).toEqual([]);
    await calls.write([]);
    expect(sizes).toEqual([]);
  });

  const offer = (change: (params: peer.ChaincodeAdditionalParams) => unknown = () => undefined): Uint8Array => {
    const params = new peer.ChaincodeAdditionalParams();
    params.setUseGetMultipleKeys(true);
    params.setUseWriteBatch(true);
    params.setMaxSizeGetMultipleKeys(10);
    params.setMaxSizeWriteBatch(20);
    change(params);
    return params.serializeBinary();
  };

  test('says so in its READY message', () => {
    expect(batchCapability(offer())).toEqual({ maxRead: 10, maxWrite: 20 });
  });

  test.each([
    ['is empty', new Uint8Array()],
    ['cannot be decoded', Uint8Array.from([0x0a, 0xff, 0xff, 0xff, 0xff])],
    [
      'offers no reads',
      offer((params) => {
        params.setUseGetMultipleKeys(false);
      }),
    ],
    [
      'offers no writes',
      offer((params) => {
        params.setUseWriteBatch(false);
      }),
    ],
    [
      'takes reads of no keys',
      offer((params) => {
        params.setMaxSizeGetMultipleKeys(0);
      }),
    ],
    [
      'takes writes of no keys',
      offer((params) => {
        params.setMaxSizeWriteBatch(0);
      }),
    ],
  ])('is none whose READY message %s', (_, ready) => {
    expect(batchCapability(ready)).toBeUndefined();
  });

  test('is not needed: single calls read and write the same', async () => {
    const table = new Map<string, Uint8Array>([['a', bytes('1')]]);
    const stub = {
      getState: (one: string) => Promise.resolve(table.get(one) ?? new Uint8Array()),
      putState: (one: string, value: Uint8Array) => Promise.resolve(void table.set(one, value)),
      setStateValidationParameter: (one: string, policy: Uint8Array) =>
        Promise.resolve(void table.set(`${one}/policy`, policy)),
    };
    const calls = new SingleCalls(stub as unknown as ChaincodeStub);
    expect(await calls.read(['b', 'a'])).toEqual([undefined, bytes('1')]);
    await calls.write([
      { key: 'b', value: bytes('2') },
      { key: 'c', value: bytes('3'), policy: bytes('p') },
    ]);
    expect(await calls.read(['b', 'c', 'b/policy', 'c/policy'])).toEqual([
      bytes('2'),
      bytes('3'),
      undefined,
      bytes('p'),
    ]);
  });
});

describe('a unit of work', () => {
  const unasked = () => Promise.reject(new Error('nothing here is guarded'));

  test('shows what its own commands changed and writes it once', async () => {
    const simulation = new WorldState().simulate('tx');
    const work = new UnitOfWork(simulation);
    const at = key.index(INDEX.holder, 'A', 'b');
    expect(() => work.get(at)).toThrow(NotLoaded);
    await work.load([at, at]);
    expect([work.get(at), simulation.reads.size]).toEqual([undefined, 1]);
    work.put(at, true);
    await work.load([at]);
    expect(work.get(at)).toBe(true);
    await work.flush(unasked);
    expect(simulation.writes.map(({ key: text }) => text)).toEqual([at.text]);
  });

  test('writes nothing that was only read', async () => {
    const simulation = new WorldState().simulate('tx');
    const work = new UnitOfWork(simulation);
    await work.load([key.party('A')]);
    await work.flush(unasked);
    expect(simulation.writes).toEqual([]);
  });
});

test('the world state of tests refuses empty keys and shows no transaction its own writes', async () => {
  const simulation = new WorldState().simulate('tx');
  await expect(async () => simulation.read([''])).rejects.toThrow('empty key');
  await expect(async () => simulation.write([{ key: '', value: new Uint8Array(1) }])).rejects.toThrow('empty key');
  await simulation.write([{ key: 'a', value: new Uint8Array(1) }]);
  expect(await simulation.read(['a'])).toEqual([undefined]);
});

describe('ids', () => {
  test('come from the member and the command, and are ids', () => {
    const id = receivableId('BankAMSP', 'c1');
    expect(id).toMatch(/^rcv_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(receivableId('BankAMSP', 'c1')).toBe(id);
    expect(pledgeId(id, 'BankAMSP', 'c1')).toMatch(/^rcv_[0-9a-z]{26}\.[0-9a-z]{13}$/);
  });

  test('of different members, commands or assets are different', () => {
    const ids = ['a', 'b'].flatMap((mspId) => ['a', 'b', 'a","b'].map((command) => receivableId(mspId, command)));
    const pledges = ids.flatMap((id) => ['a', 'b'].map((mspId) => pledgeId(id, mspId, 'c')));
    expect(new Set([...ids, ...pledges]).size).toBe(ids.length + pledges.length);
  });
});

describe('tokens', () => {
  const document = { issuer: '91350100M000100Y43', number: 'A-1' };

  test('depend on the key and the document, and tell neither', () => {
    const [one, two] = [1, 2].map((fill) => new KeyedHashTokens(Buffer.alloc(32, fill)));
    expect(one?.tokenOf(document)).toBe(one?.tokenOf({ issuer: '91350100m000100y43', number: 'a1' }));
    expect(one?.tokenOf(document)).not.toBe(two?.tokenOf(document));
    expect(one?.tokenOf(document)).not.toBe(one?.tokenOf({ ...document, number: 'A-2' }));
    expect(one?.tokenOf(document)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test('need a key of 32 bytes', () => {
    expect(() => new KeyedHashTokens(Buffer.alloc(31))).toThrow(RangeError);
  });
});
