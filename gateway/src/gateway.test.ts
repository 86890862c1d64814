import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeConnection } from '@onepledge/network';
import { pino } from 'pino';
import { readConfig } from './config';
import { startGateway } from './gateway';

describe('a gateway', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'gateway-'));
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  test('has said why its database cannot be opened when those who wait hear of it', async () => {
    // Port 1 of loopback: nobody listens there.
    const config = readConfig({ PORT: '0', ONEPLEDGE_HOME: home, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    const lines: string[] = [];
    const gateway = await startGateway(config, pino({}, { write: (line: string) => lines.push(line) }));

    const said = await gateway.opened.then(
      () => [],
      () => [...lines],
    );
    await gateway.close();

    expect(said.join('')).toMatch(/ECONNREFUSED.*cannot open its database/);
  });

  test('reads nothing before its records have told what it has answered', async () => {
    // A database that takes connections, and says nothing.
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const member = { name: 'bank-a', mspId: 'BankAMSP', displayName: 'A', uscc: '91440300MA5FBANKA4', peers: [] };
    const network = { channel: 'onepledge', chaincode: 'onepledge', orderers: [], oneLedger: false, pid: process.pid };
    const organizations = [{ ...member, kinds: ['FINANCIER' as const] }];
    writeConnection(home, { ...network, organizations, startedAt: '2026-03-01T12:00:00.000Z' });
    const url = `postgres://nobody@127.0.0.1:${port}/none`;
    const env = { PORT: '0', ONEPLEDGE_HOME: home, DATABASE_URL: url, ONEPLEDGE_EVALUATE_TIMEOUT: '300' };
    const gateway = await startGateway(readConfig(env), pino({ level: 'silent' }));
    const { checks } = (await (await fetch(`${gateway.url}/readyz`)).json()) as { checks: Record<string, string> };
    for (const socket of sockets) socket.destroy();
    silent.close();
    await gateway.close();

    expect(checks['ledger']).toContain('the gateway is starting');
  });
});
