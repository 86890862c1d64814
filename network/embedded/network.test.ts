import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { common, peer } from '@hyperledger/fabric-protos';
import { type ChaincodeEvent, type CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import { decodeBlock, headerHash } from './wire/block';
import { type TestClient } from './testing/client';
import { Harness } from './testing/harness';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const json = (bytes: Uint8Array): unknown => JSON.parse(text(bytes)) as unknown;

/** The next events of a stream; the stream is closed. */
async function take(events: CloseableAsyncIterable<ChaincodeEvent>, count: number): Promise<ChaincodeEvent[]> {
  const found: ChaincodeEvent[] = [];
  try {
    for await (const event of events) {
      found.push(event);
      if (found.length === count) break;
    }
    return found;
  } finally {
    events.close();
  }
}

describe('a network of three organisations, two of which must endorse', () => {
  const harness = new Harness();
  let one: TestClient;
  let two: TestClient;

  beforeAll(async () => {
    await harness.start();
    one = await harness.client('one');
    two = await harness.client('two');
  });
  afterAll(() => harness.stop());

  test('what one organisation writes, another reads', async () => {
    const result = await one.contract.submitTransaction('put', 'greeting', 'hello');
    expect(text(result)).toBe('written');
    expect(text(await two.contract.evaluateTransaction('get', 'greeting'))).toBe('hello');
  });

  test('a missing key reads as empty', async () => {
    expect(await one.contract.evaluateTransaction('get', 'nothing')).toHaveLength(0);
  });

  test('the chaincode sees who asks', async () => {
    expect(text(await two.contract.evaluateTransaction('creator'))).toBe('TwoMSP');
  });

  test('a transaction does not see its own writes', async () => {
    await one.contract.submitTransaction('put', 'own', 'before');
    expect(text(await one.contract.submitTransaction('putThenGet', 'own', 'after'))).toBe('before');
    expect(text(await one.contract.evaluateTransaction('get', 'own'))).toBe('after');
  });

  test('evaluating writes nothing', async () => {
    await one.contract.evaluateTransaction('put', 'evaluated', 'x');
    expect(await one.contract.evaluateTransaction('get', 'evaluated')).toHaveLength(0);
  });

  test('a range is ordered by UTF-8 bytes and does not reach beyond its end', async () => {
    const keys = ['r:a', 'r:b', 'r:\uffee', 'r:\u{1f600}', 's:a'];
    for (const key of keys) await one.contract.submitTransaction('put', key, key);
    const found = json(await one.contract.evaluateTransaction('range', 'r:', 'r:\u{10ffff}')) as [string, string][];
    expect(found.map(([key]) => key)).toEqual(['r:a', 'r:b', 'r:\uffee', 'r:\u{1f600}']);
  });

  test('a range of more than one batch is complete', async () => {
    await one.contract.submitTransaction('fill', 'many:', '330');
    const found = json(await one.contract.evaluateTransaction('range', 'many:', 'many;')) as [string, string][];
    expect(found).toHaveLength(330);
    expect(found[329]).toEqual(['many:00329', 'value 329']);
  });

  test('pages follow each other by bookmark to the end', async () => {
    await one.contract.submitTransaction('fill', 'page:', '25');
    const sizes: number[] = [];
    let bookmark = '';
    do {
      const page = json(await one.contract.evaluateTransaction('page', 'page:', 'page;', '10', bookmark)) as {
        keys: string[];
        count: number;
        bookmark: string;
      };
      expect(page.count).toBe(page.keys.length);
      sizes.push(page.count);
      bookmark = page.bookmark;
    } while (bookmark !== '');
    expect(sizes).toEqual([10, 10, 5]);
  });

  test('history is newest first and remembers deletion', async () => {
    await one.contract.submitTransaction('put', 'life', 'first');
    await one.contract.submitTransaction('put', 'life', 'second');
    await one.contract.submitTransaction('del', 'life');
    const found = json(await one.contract.evaluateTransaction('history', 'life')) as {
      txId: string;
      value: string;
      isDelete: boolean;
    }[];
    expect(found.map(({ value, isDelete }) => ({ value, isDelete }))).toEqual([
      { value: '', isDelete: true },
      { value: 'second', isDelete: false },
      { value: 'first', isDelete: false },
    ]);
    expect(new Set(found.map(({ txId }) => txId)).size).toBe(3);
  });

  test('history of a key is not that of a longer key', async () => {
    await one.contract.submitTransaction('put', 'pre', '1');
    await one.contract.submitTransaction('put', 'pre\u00000', '2');
    expect(json(await one.contract.evaluateTransaction('history', 'pre'))).toHaveLength(1);
  });

  test("a key's policy is kept with the key, and nobody gets past one that is none", async () => {
    await one.contract.submitTransaction('put', 'guarded', 'v');
    await one.contract.submitTransaction('setPolicyBytes', 'guarded', 'policy bytes');
    expect(text(await one.contract.evaluateTransaction('getPolicy', 'guarded'))).toBe('policy bytes');
    await expect(one.contract.submitTransaction('put', 'guarded', 'x')).rejects.toThrow();
    expect(text(await one.contract.evaluateTransaction('get', 'guarded'))).toBe('v');
    await one.contract.submitTransaction('put', 'guarded 2', 'v');
    await one.contract.submitTransaction('setPolicy', 'guarded 2', 'OneMSP', 'TwoMSP');
    const policy = await one.contract.evaluateTransaction('getPolicy', 'guarded 2');
    const proposal = one.contract.newProposal('put', {
      arguments: ['guarded 2', 'w'],
      endorsingOrganizations: ['OneMSP', 'TwoMSP'],
    });
    const sent = await (await proposal.endorse()).submit();
    expect(await sent.getStatus()).toMatchObject({ successful: true });
    expect(await one.contract.evaluateTransaction('getPolicy', 'guarded 2')).toEqual(policy);
    expect(text(await one.contract.evaluateTransaction('get', 'guarded 2'))).toBe('w');
  });

  test('many keys are read and written in one message each', async () => {
    await one.contract.submitTransaction('put', 'batch:1', 'old');
    const items = JSON.stringify([
      ['batch:1', 'new'],
      ['batch:2', 'newer'],
    ]);
    expect(json(await one.contract.submitTransaction('batch', items))).toEqual(['old', '']);
    expect(text(await one.contract.evaluateTransaction('get', 'batch:2'))).toBe('newer');
  });

  test('transient data reach the chaincode and stay out of the transaction', async () => {
    const proposal = one.contract.newProposal('transient', { transientData: { secret: 'hidden words' } });
    expect(text(await proposal.evaluate())).toBe('hidden words');
    const envelope = Buffer.from((await proposal.endorse()).getBytes());
    expect(envelope.includes('secret')).toBe(false);
  });

  test('events come live and again from a block, and after a transaction', async () => {
    const live = await one.network.getChaincodeEvents('basic');
    const startBlock = BigInt(harness.network.height('test'));
    const ids: string[] = [];
    for (const payload of ['a', 'b', 'c']) {
      const submitted = await one.contract.submitAsync('emit', { arguments: [`event:${payload}`, 'made', payload] });
      expect((await submitted.getStatus()).successful).toBe(true);
      ids.push(submitted.getTransactionId());
    }
    const seen = await take(live, 3);
    expect(seen.map(({ payload }) => text(payload))).toEqual(['a', 'b', 'c']);
    expect(seen.map(({ transactionId }) => transactionId)).toEqual(ids);
    expect(seen.every(({ chaincodeName, eventName }) => chaincodeName === 'basic' && eventName === 'made')).toBe(true);
    const again = await take(await two.network.getChaincodeEvents('basic', { startBlock }), 3);
    expect(again).toEqual(seen);
    const checkpoint = { getBlockNumber: () => seen[0]?.blockNumber, getTransactionId: () => seen[0]?.transactionId };
    const rest = await take(await two.network.getChaincodeEvents('basic', { checkpoint }), 2);
    expect(rest).toEqual(seen.slice(1));
  });

  test('blocks chain by their hashes and are found by transaction', async () => {
    const qscc = one.network.getContract('qscc');
    const submitted = await one.contract.submitAsync('put', { arguments: ['chained', 'x'] });
    const { blockNumber } = await submitted.getStatus();
    const block = decodeBlock(
      Buffer.from(await qscc.evaluateTransaction('GetBlockByTxID', 'test', submitted.getTransactionId())),
    );
    const before = decodeBlock(
      Buffer.from(await qscc.evaluateTransaction('GetBlockByNumber', 'test', String(blockNumber - 1n))),
    );
    expect(BigInt(block.header.number)).toBe(blockNumber);
    expect(block.header.previousHash).toEqual(headerHash(before.header));
    const processed = peer.ProcessedTransaction.deserializeBinary(
      await qscc.evaluateTransaction('GetTransactionByID', 'test', submitted.getTransactionId()),
    );
    expect(processed.getValidationcode()).toBe(0);
    const info = common.BlockchainInfo.deserializeBinary(await qscc.evaluateTransaction('GetChainInfo', 'test'));
    expect(info.getHeight()).toBe(harness.network.height('test'));
  });

  test("block 0 is the channel's configuration with its members", async () => {
    const bytes = await one.network.getContract('qscc').evaluateTransaction('GetBlockByNumber', 'test', '0');
    const block = common.Block.deserializeBinary(bytes);
    const envelope = common.Envelope.deserializeBinary(block.getData()?.getDataList_asU8()[0] ?? new Uint8Array());
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    const header = common.ChannelHeader.deserializeBinary(
      payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
    );
    expect([header.getType(), header.getChannelId()]).toEqual([common.HeaderType.CONFIG, 'test']);
    expect(Math.abs(Date.now() - (header.getTimestamp()?.toDate().getTime() ?? 0))).toBeLessThan(600_000);
    const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
    const members = config?.getChannelGroup()?.getGroupsMap().get('Application')?.getGroupsMap().keys();
    expect([...(members as unknown as Iterable<string>)].sort()).toEqual(['OneMSP', 'ThreeMSP', 'TwoMSP']);
  });
});

describe('a network whose description names no chaincode', () => {
  const harness = new Harness();
  const [channel] = harness.consortium.channels;
  const bare = { ...harness.consortium, channels: channel === undefined ? [] : [{ ...channel, chaincodes: [] }] };

  beforeAll(() => harness.start({ consortium: bare }));
  afterAll(() => harness.stop());

  test('starts with its channel, and leaves it to the members to define one', async () => {
    const client = await harness.client('one');
    const unknown = client.network.getContract('basic').evaluateTransaction('get', 'anything');

    expect(harness.network.connection).toMatchObject({ channel: 'test', chaincode: '' });
    expect(harness.network.height('test')).toBe(1);
    await expect(unknown).rejects.toThrow('no peers available to evaluate chaincode basic in channel test');
  });
});
