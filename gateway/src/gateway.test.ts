import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
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
});
