import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import * as ab from '@hyperledger/fabric-protos/lib/orderer/ab_pb';
import * as events from '@hyperledger/fabric-protos/lib/peer/events_pb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol } from '../../identity/enrolment';
import { createSigner } from '../../identity/signer';
import { Harness } from '../testing/harness';
import { converse, signedEnvelope } from '../testing/stream';
import { verifyLedger } from '../verify';
import { HeaderType } from '../wire/common';
import { BackupError, exportBlocks, restoreSnapshot, takeSnapshot } from './index';
import { MANIFEST } from './manifest';

const harness = new Harness();
const folder = mkdtempSync(join(tmpdir(), 'backup-test-'));
const ledger = join(harness.home, 'network', 'ledger');
const snapshot = join(folder, 'snapshot');
let copies = 0;

beforeAll(async () => {
  await harness.start();
  const { contract } = await harness.client('one');
  await contract.submitTransaction('put', 'first', 'value');
  await contract.submitTransaction('putPrivate', 'ours', 'secret', 'kept by two');
});

afterAll(async () => {
  await harness.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function refusalOf(act: Promise<unknown>): Promise<BackupError> {
  const error: unknown = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof BackupError) return error;
  throw new Error('not refused', { cause: error });
}

/** All blocks as the peer's Deliver service gives them. */
async function delivered(last: number): Promise<readonly Buffer[]> {
  const identity = await enrol(harness.home, 'one', { name: 'auditor', attributes: {} });
  const signer = createSigner(identity.mspId, identity.certificatePem, identity.privateKeyPem);
  const [peer] = harness.network.connection.organizations[0]?.peers ?? [];
  if (peer === undefined) throw new Error('no peer');
  const position = (number: number): ab.SeekPosition => {
    const specified = new ab.SeekSpecified();
    specified.setNumber(number);
    const at = new ab.SeekPosition();
    at.setSpecified(specified);
    return at;
  };
  const seek = new ab.SeekInfo();
  seek.setStart(position(0));
  seek.setStop(position(last));
  const connection = new grpc.Client(peer.endpoint, grpc.credentials.createSsl(Buffer.from(peer.tlsCaPem)), {
    'grpc.ssl_target_name_override': peer.serverName,
  });
  try {
    const request = signedEnvelope(HeaderType.DELIVER_SEEK_INFO, 'test', seek.serializeBinary(), signer);
    const responses = await converse(connection, '/protos.Deliver/Deliver', [request.serializeBinary()]);
    return responses.flatMap((bytes) => {
      const block = events.DeliverResponse.deserializeBinary(bytes).getBlock();
      return block === undefined ? [] : [Buffer.from(block.serializeBinary())];
    });
  } finally {
    connection.close();
  }
}

describe('an export', () => {
  test('has the blocks as a peer delivers them, while the network runs', async () => {
    const exported = await exportBlocks(join(ledger, 'test'), join(folder, 'blocks'));

    const last = harness.network.height('test') - 1;
    expect(exported).toMatchObject({ channel: 'test', height: last + 1, first: 0, last });
    const files = Array.from({ length: last + 1 }, (_, n) => readFileSync(join(folder, 'blocks', `test_${n}.block`)));
    expect(files).toEqual(await delivered(last));
    expect(readdirSync(ledger)).toEqual(['test']);
  });

  test('of blocks that are not there is refused, and leaves nothing', async () => {
    const error = await refusalOf(exportBlocks(join(ledger, 'test'), join(folder, 'none'), { from: 2, to: 99 }));

    expect(error.reason).toBe('REFUSED');
    expect(readdirSync(folder)).toEqual(['blocks']);
  });
});

describe('a snapshot', () => {
  test('that is taken while transactions are committed has all that were acknowledged before', async () => {
    const { contract } = await harness.client('one');
    await contract.submitTransaction('put', 'before', 'acknowledged');
    const atLeast = harness.network.height('test');
    const writing = Array.from({ length: 30 }, (_, n) => contract.submitTransaction('put', `beside${n}`, 'x'));

    const { channels, digest } = await takeSnapshot(harness.home, snapshot);
    await Promise.all(writing);

    expect(channels).toMatchObject([{ name: 'test' }]);
    expect(channels[0]?.height).toBeGreaterThanOrEqual(atLeast);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test('in a dry run leaves nothing behind, and a folder that is there is not written to', async () => {
    const dry = await takeSnapshot(harness.home, join(folder, 'dry'), { dryRun: true });

    expect(dry.digest).toBeUndefined();
    expect(dry.bytes).toBeGreaterThan(0);
    expect(existsSync(join(folder, 'dry'))).toBe(false);
    expect((await refusalOf(takeSnapshot(harness.home, folder))).reason).toBe('REFUSED');
  });

  test('is not restored under a running network', async () => {
    const error = await refusalOf(restoreSnapshot(snapshot, harness.home, { replace: true }));

    expect(error.message).toContain('is running');
  });
});

describe('a restore, after the ledger and the packages are gone,', () => {
  beforeAll(async () => {
    await harness.stopNetwork();
  });

  test.each<[string, RegExp, (copy: string, table: string) => void]>([
    [
      'a changed byte',
      /does not have the content/,
      (copy, table) => {
        const bytes = readFileSync(join(copy, table));
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        writeFileSync(join(copy, table), bytes);
      },
    ],
    [
      'a file that is gone',
      /is missing/,
      (copy, table) => {
        rmSync(join(copy, table));
      },
    ],
    [
      'a file too many',
      /is not of this backup/,
      (copy) => {
        writeFileSync(join(copy, 'ledger', 'test', '999999.ldb'), '');
      },
    ],
    [
      'no manifest',
      /has no manifest/,
      (copy) => {
        rmSync(join(copy, MANIFEST));
      },
    ],
    [
      'a manifest that leads elsewhere',
      /leads out/,
      (copy) => {
        const text = readFileSync(join(copy, MANIFEST), 'utf8');
        writeFileSync(join(copy, MANIFEST), text.replace('"ledger/test/', '"../ledger/test/'));
      },
    ],
    [
      'a manifest of another height',
      /not the one that the manifest tells of/,
      (copy) => {
        const text = readFileSync(join(copy, MANIFEST), 'utf8');
        writeFileSync(join(copy, MANIFEST), text.replace(/"height": \d+/, '"height": 3'));
      },
    ],
  ])('refuses a snapshot with %s, and changes nothing', async (_what, message, change) => {
    const copy = join(folder, `copy-${(copies += 1)}`);
    cpSync(snapshot, copy, { recursive: true });
    const table = readdirSync(join(copy, 'ledger', 'test')).find((name) => name.endsWith('.ldb')) ?? '';
    change(copy, join('ledger', 'test', table));
    const before = readdirSync(join(ledger, 'test')).sort();

    const error = await refusalOf(restoreSnapshot(copy, harness.home, { replace: true }));

    expect(error.message).toMatch(message);
    expect(error.reason).toBe('NOT_WHOLE');
    expect(readdirSync(join(ledger, 'test')).sort()).toEqual(before);
    expect(readdirSync(join(harness.home, 'network')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('refuses a snapshot of another digest, a ledger that is there, and a home with other keys', async () => {
    const digest = 'f'.repeat(64);
    expect((await refusalOf(restoreSnapshot(snapshot, harness.home, { digest }))).reason).toBe('NOT_WHOLE');
    expect((await refusalOf(restoreSnapshot(snapshot, harness.home))).message).toContain('has a ledger already');
    const crypto = join(harness.home, 'crypto');
    renameSync(join(crypto, 'two'), join(folder, 'two'));
    expect((await refusalOf(restoreSnapshot(snapshot, harness.home, { replace: true }))).message).toContain(
      'no keys of TwoMSP',
    );
    renameSync(join(folder, 'two'), join(crypto, 'two'));
  });

  test('puts back what was there, and the network goes on', async () => {
    for (const gone of ['ledger', 'chaincodes']) rmSync(join(harness.home, 'network', gone), { recursive: true });

    const dry = await restoreSnapshot(snapshot, harness.home, { dryRun: true });
    expect(existsSync(ledger)).toBe(false);
    const { channels } = await restoreSnapshot(snapshot, harness.home);

    expect(channels).toEqual(dry.channels);
    await harness.start();
    expect(harness.network.height('test')).toBe(channels[0]?.height);
    const { contract } = await harness.client('one');
    const text = async (name: string, ...args: string[]): Promise<string> =>
      Buffer.from(await contract.evaluateTransaction(name, ...args)).toString();
    expect(await text('get', 'before')).toBe('acknowledged');
    expect(await text('getPrivate', 'ours', 'secret')).toBe('kept by two');
    await contract.submitTransaction('put', 'after', 'the restore');
    const { faults, height } = await verifyLedger(join(ledger, 'test'), { temporary: folder });
    expect(faults).toEqual([]);
    expect(height).toBe(harness.network.height('test'));
  });
});
