import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { common, gateway, ledger, peer } from '@hyperledger/fabric-protos';
import { decodeBlock, encodeBlock } from './block';
import { decodeChannelHeader } from './common';
import { encodePrivateBlockResponse } from './deliver';
import { decodeChaincodeEventsRequest, decodeProposalRequest } from './gateway';
import { Reader, WireError, Writer } from './protobuf';
import { decodeTxPvtReadWriteSet, encodeTxPvtReadWriteSet } from './pvtrwset';
import { decodeTxReadWriteSet, encodeTxReadWriteSet } from './rwset';
import { decodeChaincodeMessage, decodeWriteBatch, encodeChaincodeMessage, encodeQueryResponse } from './shim';
import { decodeChaincodeAction, encodeChaincodeAction } from './transaction';

const { HashedRWSet, KVRWSet, KVRead, KVWrite, Version } = ledger.rwset.kvrwset;

describe('the wire codecs agree with the generated ones', () => {
  test('integers of all sizes, and negative ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: Number.MAX_SAFE_INTEGER }), (value) => {
        fc.pre(value !== 0);
        const reader = new Reader(new Writer().integer(1, value).finish());
        expect(reader.next()).toBe(8);
        expect(reader.integer()).toBe(value);
        expect(reader.next()).toBe(0);
      }),
    );
    const response = new peer.Response();
    response.setStatus(-7);
    const reader = new Reader(response.serializeBinary());
    expect([reader.next(), reader.integer()]).toEqual([8, -7]);
  });

  test('private data of the first transaction of a block, whose key in the map is zero', () => {
    const block = {
      header: { number: 7, previousHash: Buffer.alloc(32), dataHash: Buffer.alloc(32) },
      data: [],
      metadata: [],
    };
    const generated = new peer.DeliverResponse();
    const content = new peer.BlockAndPrivateData();
    content.setBlock(common.Block.deserializeBinary(encodeBlock(block)));
    content.getPrivateDataMapMap().set(0, new ledger.rwset.TxPvtReadWriteSet());
    generated.setBlockAndPrivateData(content);
    expect(encodePrivateBlockResponse(block, new Map([[0, new Uint8Array()]]))).toEqual(
      Buffer.from(generated.serializeBinary()),
    );
  });

  test('a read-write set', () => {
    const version = { block: 70_000, tx: 3 };
    const bytes = encodeTxReadWriteSet([
      {
        namespace: 'basic',
        collections: [],
        reads: [
          { key: 'a', version },
          { key: 'b', version: undefined },
        ],
        rangeQueries: [{ startKey: 'a', endKey: 'z', exhausted: true, reads: [{ key: 'm', version }] }],
        writes: [
          { key: 'a', isDelete: false, value: Buffer.from('value') },
          { key: 'b', isDelete: true, value: Buffer.alloc(0) },
        ],
        metadataWrites: [{ key: 'a', entries: [{ name: 'VALIDATION_PARAMETER', value: Buffer.from('policy') }] }],
      },
    ]);
    const [namespace] = ledger.rwset.TxReadWriteSet.deserializeBinary(bytes).getNsRwsetList();
    const set = KVRWSet.deserializeBinary(namespace?.getRwset_asU8() ?? new Uint8Array());
    expect(set.getReadsList().map((read) => read.toObject())).toEqual([
      { key: 'a', version: { blockNum: 70_000, txNum: 3 } },
      { key: 'b', version: undefined },
    ]);
    expect(set.getWritesList().map((write) => [write.getKey(), write.getIsDelete()])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(set.getRangeQueriesInfoList()[0]?.getRawReads()?.getKvReadsList()[0]?.getKey()).toBe('m');
    expect(set.getMetadataWritesList()[0]?.getEntriesList()[0]?.getName()).toBe('VALIDATION_PARAMETER');
    expect(encodeTxReadWriteSet(decodeTxReadWriteSet(bytes))).toEqual(bytes);
  });

  test("a collection's hashed read-write set", () => {
    const version = { block: 7, tx: 1 };
    const hash = (fill: number): Buffer => Buffer.alloc(32, fill);
    const bytes = encodeTxReadWriteSet([
      {
        namespace: 'basic',
        reads: [],
        rangeQueries: [],
        writes: [],
        metadataWrites: [],
        collections: [
          {
            collection: 'ours',
            reads: [{ keyHash: hash(1), version }],
            writes: [
              { keyHash: hash(2), isDelete: false, valueHash: hash(3), isPurge: false },
              { keyHash: hash(4), isDelete: true, valueHash: Buffer.alloc(0), isPurge: true },
            ],
            metadataWrites: [{ keyHash: hash(5), entries: [{ name: 'name', value: Buffer.from('value') }] }],
            pvtRwsetHash: hash(6),
          },
        ],
      },
    ]);
    const [namespace] = ledger.rwset.TxReadWriteSet.deserializeBinary(bytes).getNsRwsetList();
    const [collection] = namespace?.getCollectionHashedRwsetList() ?? [];
    expect([collection?.getCollectionName(), collection?.getPvtRwsetHash_asU8()]).toEqual(['ours', hash(6)]);
    const set = HashedRWSet.deserializeBinary(collection?.getHashedRwset_asU8() ?? new Uint8Array());
    expect(set.getHashedReadsList()[0]?.getVersion()?.toObject()).toEqual({ blockNum: 7, txNum: 1 });
    expect(set.getHashedWritesList().map((write) => [write.getIsDelete(), write.getIsPurge()])).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(set.getMetadataWritesList()[0]?.getEntriesList()[0]?.getName()).toBe('name');
    expect(encodeTxReadWriteSet(decodeTxReadWriteSet(bytes))).toEqual(bytes);
  });

  test('private write sets', () => {
    const sets = [
      { namespace: 'a', collection: 'x', rwset: Buffer.from('1') },
      { namespace: 'a', collection: 'y', rwset: Buffer.from('2') },
      { namespace: 'b', collection: 'x', rwset: Buffer.from('3') },
    ];
    const bytes = encodeTxPvtReadWriteSet(sets);
    const namespaces = ledger.rwset.TxPvtReadWriteSet.deserializeBinary(bytes).getNsPvtRwsetList();
    expect(
      namespaces.map((namespace) => [
        namespace.getNamespace(),
        namespace.getCollectionPvtRwsetList().map((collection) => collection.getCollectionName()),
      ]),
    ).toEqual([
      ['a', ['x', 'y']],
      ['b', ['x']],
    ]);
    expect(decodeTxPvtReadWriteSet(bytes)).toEqual(sets);
  });

  test('a read-write set made elsewhere', () => {
    const version = new Version();
    version.setBlockNum(5);
    const read = new KVRead();
    read.setKey('k');
    read.setVersion(version);
    const write = new KVWrite();
    write.setKey('k');
    write.setIsDelete(true);
    const set = new KVRWSet();
    set.addReads(read);
    set.addWrites(write);
    const namespace = new ledger.rwset.NsReadWriteSet();
    namespace.setNamespace('ns');
    namespace.setRwset(set.serializeBinary());
    const all = new ledger.rwset.TxReadWriteSet();
    all.addNsRwset(namespace);
    expect(decodeTxReadWriteSet(all.serializeBinary())).toMatchObject([
      { namespace: 'ns', reads: [{ key: 'k', version: { block: 5, tx: 0 } }], writes: [{ key: 'k', isDelete: true }] },
    ]);
  });

  test("a chaincode's message", () => {
    const event = new peer.ChaincodeEvent();
    event.setEventName('made');
    event.setPayload(Buffer.from('payload'));
    const message = new peer.ChaincodeMessage();
    message.setType(peer.ChaincodeMessage.Type.COMPLETED);
    message.setTxid('tx');
    message.setChannelId('channel');
    message.setPayload(Buffer.from('result'));
    message.setChaincodeEvent(event);
    expect(decodeChaincodeMessage(message.serializeBinary())).toMatchObject({
      type: 6,
      txId: 'tx',
      channelId: 'channel',
      payload: Buffer.from('result'),
      event: { eventName: 'made', payload: Buffer.from('payload') },
    });
    const proposal = new peer.SignedProposal();
    proposal.setSignature(Buffer.from('signature'));
    const encoded = encodeChaincodeMessage({
      type: 5,
      payload: Buffer.from('input'),
      txId: 'tx',
      channelId: 'channel',
      proposal: Buffer.from(proposal.serializeBinary()),
    });
    const decoded = peer.ChaincodeMessage.deserializeBinary(encoded);
    expect([decoded.getType(), decoded.getTxid(), decoded.getChannelId()]).toEqual([5, 'tx', 'channel']);
    expect(Buffer.from(decoded.getProposal()?.getSignature_asU8() ?? []).toString()).toBe('signature');
  });

  test('a batch of writes', () => {
    const metadata = new peer.StateMetadata();
    metadata.setMetakey('name');
    const records = [9, 10, 21].map((type) => {
      const record = new peer.WriteRecord();
      record.setType(type as 9 | 10 | 21);
      record.setKey(`key ${type}`);
      record.setValue(Buffer.from('v'));
      if (type === 21) record.setMetadata(metadata);
      return record;
    });
    const batch = new peer.WriteBatchState();
    batch.setRecList(records);
    expect(decodeWriteBatch(batch.serializeBinary())).toMatchObject([
      { type: 9, key: 'key 9', metadata: undefined },
      { type: 10, key: 'key 10' },
      { type: 21, key: 'key 21', metadata: { name: 'name' } },
    ]);
  });

  test('a page of query results', () => {
    const page = { fetched: 2, bookmark: 'next' };
    const bytes = encodeQueryResponse({ results: [Buffer.from('x')], hasMore: true, id: 'id', page });
    const response = peer.QueryResponse.deserializeBinary(bytes);
    expect(response.getResultsList()[0]?.getResultbytes_asU8()).toEqual(new Uint8Array([120]));
    const metadata = peer.QueryResponseMetadata.deserializeBinary(response.getMetadata_asU8());
    expect([metadata.getFetchedRecordsCount(), metadata.getBookmark()]).toEqual([2, 'next']);
  });

  test("a chaincode's action", () => {
    const bytes = encodeChaincodeAction({
      results: Buffer.from('results'),
      events: Buffer.alloc(0),
      response: { status: 200, message: 'fine', payload: Buffer.from('payload') },
      chaincodeId: { name: 'basic', version: '1.0' },
    });
    const action = peer.ChaincodeAction.deserializeBinary(bytes);
    expect(action.getChaincodeId()?.toObject()).toEqual({ name: 'basic', version: '1.0', path: '' });
    expect(action.getResponse()?.getStatus()).toBe(200);
    expect(decodeChaincodeAction(action.serializeBinary()).response.message).toBe('fine');
  });

  test('requests of the gateway', () => {
    const proposal = new peer.SignedProposal();
    proposal.setProposalBytes(Buffer.from('proposal'));
    const request = new gateway.EndorseRequest();
    request.setTransactionId('tx');
    request.setProposedTransaction(proposal);
    request.setEndorsingOrganizationsList(['A', 'B']);
    expect(decodeProposalRequest(Buffer.from(request.serializeBinary()))).toMatchObject({
      transactionId: 'tx',
      proposal: { proposalBytes: Buffer.from('proposal') },
      organizations: ['A', 'B'],
    });
    const events = new gateway.ChaincodeEventsRequest();
    events.setAfterTransactionId('after');
    expect(decodeChaincodeEventsRequest(Buffer.from(events.serializeBinary()))).toMatchObject({
      afterTransactionId: 'after',
      start: { kind: 'nextCommit' },
    });
  });

  test('a block, both ways', () => {
    const header = { number: 12, previousHash: Buffer.alloc(32, 1), dataHash: Buffer.alloc(32, 2) };
    const block = {
      header,
      data: [Buffer.from('one'), Buffer.from('two')],
      metadata: [Buffer.alloc(0), Buffer.from('m')],
    };
    const bytes = encodeBlock(block);
    const decoded = common.Block.deserializeBinary(bytes);
    expect(decoded.getHeader()?.getNumber()).toBe(12);
    expect(decoded.getData()?.getDataList_asU8()).toHaveLength(2);
    expect(decodeBlock(decoded.serializeBinary())).toEqual(block);
  });

  test('a header with fields that are not known yet', () => {
    const header = new common.ChannelHeader();
    header.setChannelId('channel');
    const extended = Buffer.concat([header.serializeBinary(), Buffer.from([0xa2, 0x06, 2, 1, 2, 0xa8, 0x06, 5])]);
    expect(decodeChannelHeader(extended).channelId).toBe('channel');
  });
});

describe('bytes that are no message', () => {
  test.each([
    ['a field that ends too early', [10, 5, 1]],
    ['an integer without end', [8, 0x80]],
    ['field number 0', [2, 0]],
    ['a wire type that does not exist', [15]],
    ['text that is not UTF-8', [34, 1, 0xff]],
  ])('%s', (_what, bytes) => {
    expect(() => decodeChannelHeader(Buffer.from(bytes))).toThrow(WireError);
  });

  test('no bytes at all make a decoder fail otherwise than by WireError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        for (const decode of [decodeChannelHeader, decodeTxReadWriteSet, decodeChaincodeMessage, decodeBlock]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }
      }),
    );
  });
});
