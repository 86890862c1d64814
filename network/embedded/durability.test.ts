import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Connection, readConnection } from '../connection';
import { LedgerError, startEmbeddedNetwork } from './index';
import { type ChaincodeProcess, startChaincode } from './testing/chaincode-process';
import { connectClient } from './testing/client';
import { Harness } from './testing/harness';
import { testConsortiumText } from './testing/consortium';
import { type Block, dataHash, decodeBlock, headerHash } from './wire/block';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

describe('a network that stops and starts again', () => {
  const harness = new Harness();
  afterAll(() => harness.stop());

  test('keeps its state, and only one process at a time may open its home', async () => {
    await harness.start();
    const before = await harness.client('one');
    await before.contract.submitTransaction('put', 'kept', 'over a restart');
    const second = startEmbeddedNetwork({
      home: harness.home,
      consortium: harness.consortium,
      chaincodeAddress: harness.chaincode.address,
      peerPorts: 'ephemeral',
    });
    await expect(second).rejects.toThrow(LedgerError);
    await expect(second).rejects.toThrow('another process has this ledger open');
    // The one that was refused must not take the running one's connection away.
    expect(readConnection(harness.home).pid).toBe(process.pid);
    const height = harness.network.height('test');
    await harness.stopNetwork();
    await harness.start();
    expect(harness.network.height('test')).toBe(height);
    const after = await harness.client('two');
    expect(text(await after.contract.evaluateTransaction('get', 'kept'))).toBe('over a restart');
    await after.contract.submitTransaction('put', 'kept', 'and goes on');
  });

  test('closes although somebody listens, who is told', async () => {
    const client = await harness.client('one');
    const events = await client.network.getChaincodeEvents('basic');
    const next = events[Symbol.asyncIterator]().next();
    const told = next.then(
      () => 'ended',
      () => 'failed',
    );
    // A call behind it on the same connection: the stream is open on the other side, too.
    await client.contract.submitTransaction('put', 'listened', 'x');
    const started = Date.now();
    await harness.network.close();
    expect(Date.now() - started).toBeLessThan(3000);
    expect(await told).toMatch(/ended|failed/);
    events.close();
    await harness.stopNetwork();
    await harness.start();
  });

  test('commits what it has taken before it closes', async () => {
    await harness.stopNetwork();
    const slow = new Harness({ batchTimeout: '30s' });
    try {
      await slow.start();
      const client = await slow.client('one');
      const height = slow.network.height('test');
      await client.contract.submitAsync('put', { arguments: ['taken', 'x'] });
      expect(slow.network.height('test')).toBe(height);
      await slow.stopNetwork();
      await slow.start();
      expect(slow.network.height('test')).toBe(height + 1);
    } finally {
      await slow.stop();
    }
  });
});

describe('the program', () => {
  const home = mkdtempSync(join(tmpdir(), 'embedded-program-'));
  let chaincode: ChaincodeProcess;

  beforeAll(async () => {
    writeFileSync(join(home, 'consortium.yaml'), testConsortiumText({ batchTimeout: '2ms' }));
    chaincode = await startChaincode(home);
  });
  afterAll(async () => {
    await chaincode.stop();
    rmSync(home, { recursive: true, force: true });
  });

  /** Runs main.ts from its source; resolves when it is ready to serve. */
  async function start(): Promise<{ child: ChildProcess; connection: Connection; log: () => string }> {
    const child = spawn(
      process.execPath,
      ['-r', join(__dirname, 'testing', 'register.cjs'), join(__dirname, 'main.ts')],
      {
        env: {
          ...process.env,
          ONEPLEDGE_HOME: home,
          ONEPLEDGE_CONSORTIUM: join(home, 'consortium.yaml'),
          ONEPLEDGE_CHAINCODE_ADDRESS: chaincode.address,
          ONEPLEDGE_PEER_PORTS: 'ephemeral',
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let log = '';
    child.stderr.on('data', (bytes: Buffer) => (log += bytes.toString()));
    const deadline = Date.now() + 30_000;
    while (!log.includes('"msg":"ready"')) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the program did not start: ${log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { child, connection: readConnection(home), log: () => log };
  }

  async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
    return new Promise((resolve) => {
      child.once('exit', (code) => {
        resolve(code);
      });
      child.kill(signal);
    });
  }

  async function blocks(connection: Connection): Promise<Block[]> {
    const client = await connectClient(home, connection, 'one');
    try {
      const qscc = client.network.getContract('qscc');
      const found: Block[] = [];
      for (;;) {
        const bytes = await qscc
          .evaluateTransaction('GetBlockByNumber', 'test', String(found.length))
          .catch(() => undefined);
        if (bytes === undefined) return found;
        found.push(decodeBlock(Buffer.from(bytes)));
      }
    } finally {
      client.close();
    }
  }

  test('says what it is for, serves, and stops cleanly when told to', async () => {
    const { child, connection, log } = await start();
    expect(log()).toContain('for development, tests, demos and small pilots');
    const client = await connectClient(home, connection, 'one');
    await client.contract.submitTransaction('put', 'program', 'x');
    client.close();
    expect(await end(child, 'SIGTERM')).toBe(0);
    expect(() => readConnection(home)).toThrow('the network is not running');
  });

  test('killed in the midst of commits it has whole blocks only, and all that it had answered', async () => {
    const answered = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const { child, connection } = await start();
      const client = await connectClient(home, connection, 'two');
      let stopped = false;
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let count = 0; !stopped; count += 1) {
          const key = `kill:${round}:${writer}:${count}`;
          const written = await client.contract.submitTransaction('put', key, key).then(
            () => true,
            () => false,
          );
          if (!written) return;
          answered.add(key);
        }
      });
      // Killed by progress, not by time: in the midst of commits on any machine.
      const deadline = Date.now() + 20_000;
      while (answered.size < 15 * (round + 1) && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await end(child, 'SIGKILL');
      stopped = true;
      await Promise.all(writers);
      client.close();
    }
    expect(answered.size).toBeGreaterThan(10);
    const { child, connection } = await start();
    const client = await connectClient(home, connection, 'three');
    const found = JSON.parse(text(await client.contract.evaluateTransaction('range', 'kill:', 'kill;'))) as string[][];
    const keys = new Set(found.map(([key]) => key));
    expect([...answered].filter((key) => !keys.has(key))).toEqual([]);
    client.close();
    const chain = await blocks(connection);
    for (const [number, block] of chain.entries()) {
      expect(block.header.number).toBe(number);
      expect(block.header.dataHash).toEqual(dataHash(block.data));
      const previous = chain[number - 1];
      if (previous !== undefined) expect(block.header.previousHash).toEqual(headerHash(previous.header));
    }
    expect(await end(child, 'SIGTERM')).toBe(0);
  });
});
