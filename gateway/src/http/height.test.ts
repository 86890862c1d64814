/** What an answer says of how new it is, while the chain grows. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { common } from '@hyperledger/fabric-protos';
import { writeConnection } from '@onepledge/network';
import { pino } from 'pino';
import { NetworkDirectory } from '../ledger/directory';
import { Blocks } from '../ledger/blocks';
import { createMetrics } from '../metrics';
import { readRoute } from './route';
import { createApplication } from './server';
import type { Services } from './services';

test('an answer never says that it is newer than what was read for it', async () => {
  const home = await mkdtemp(join(tmpdir(), 'onepledge-height-'));
  const bank = { name: 'bank-a', mspId: 'BankAMSP', displayName: 'Bank A', uscc: '91440300MA5FBANKA4' };
  const where = { channel: 'onepledge', chaincode: 'onepledge', orderers: [], oneLedger: false, pid: process.pid };
  const startedAt = '2026-03-01T12:00:00.000Z';
  writeConnection(home, { ...where, startedAt, organizations: [{ ...bank, kinds: ['FINANCIER'], peers: [] }] });

  let height = 41;
  const chainInfo = (): Promise<Uint8Array> => {
    const info = new common.BlockchainInfo();
    info.setHeight(height);
    return Promise.resolve(info.serializeBinary());
  };
  const services = {
    tokens: { verify: () => Promise.resolve({ member: 'bank-a', role: 'member' }) },
    directory: new NetworkDirectory(home, undefined),
    blocks: new Blocks({ queryBlocks: chainInfo, peerOf: () => 0 }),
    metrics: createMetrics(),
    log: pino({ level: 'silent' }),
  } as unknown as Services;
  const route = readRoute({
    ...{ path: '/free', operationId: 'free', tag: 'any', summary: 'any', answers: {} },
    handle: () => {
      const body = { height };
      // Another bank is faster: a block is committed between the read and the answer.
      height += 1;
      return Promise.resolve({ status: 200, body });
    },
  });
  const records = readRoute({
    ...{ path: '/records', operationId: 'records', tag: 'any', summary: 'any', answers: {}, fromRecords: true },
    handle: () => Promise.resolve({ status: 200, body: { status: 'PENDING' } }),
  });
  const server = createServer(createApplication(services, [route, records], { bodyLimit: 1000, rateLimit: 0 }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/free`;
    const answer = await fetch(url, { headers: { authorization: 'Bearer x', connection: 'close' } });
    const read = (await answer.json()) as { height: number };
    expect(read.height).toBe(41);
    expect(answer.headers.get('ledger-height')).toBe('41');

    // What is pending by the gateway's records may stand in a block of that height already.
    const other = await fetch(url.replace('/free', '/records'), { headers: { authorization: 'Bearer x' } });
    expect(other.headers.get('ledger-height')).toBeNull();
  } finally {
    server.close();
    await rm(home, { recursive: true, force: true });
  }
});
