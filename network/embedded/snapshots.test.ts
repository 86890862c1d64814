/** Snapshots of a running network: what is in them, and when they are made. A peer of Fabric has joined by such ones (docs/reference). */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { enrol } from '../identity/enrolment';
import { createSigner } from '../identity/signer';
import { requestSnapshot } from '../fabric/snapshot-request';
import { type TestClient } from './testing/client';
import { Harness } from './testing/harness';
import { bytesField, NO_BYTES, Reader } from './wire/protobuf';

const harness = new Harness();
let client: TestClient;

beforeAll(async () => {
  await harness.start();
  client = await harness.client('one');
});
afterAll(() => harness.stop());

/** Asks peer0 of organisation one for a snapshot as its administrator. */
async function request(block = 0): Promise<void> {
  const { mspId, certificatePem, privateKeyPem } = await enrol(harness.home, 'one', {
    ...{ name: 'root', role: 'admin' as const, attributes: {} },
  });
  const peer = harness.network.connection.organizations.find(({ name }) => name === 'one')?.peers[0];
  const credentials = grpc.credentials.createSsl(Buffer.from(peer?.tlsCaPem ?? ''));
  const connection = new grpc.Client(peer?.endpoint ?? '', credentials);
  try {
    await requestSnapshot(connection, createSigner(mspId, certificatePem, privateKeyPem), 'test', block);
  } finally {
    connection.close();
  }
}

/** The folder of the snapshot at a block, once it is there. */
async function snapshotAt(block: number): Promise<string> {
  const folder = join(harness.home, 'network', 'snapshots', 'OneMSP', 'peer0', 'completed', 'test', String(block));
  for (let waited = 0; !existsSync(folder) && waited < 10_000; waited += 20) await sleep(20);
  return folder;
}

interface StateRecord {
  readonly value: string;
  readonly metadata: Buffer;
  readonly version: readonly number[];
}

/** The records of a file by their keys. */
function recordsOf(file: string): ReadonlyMap<string, StateRecord> {
  const records = new Map<string, StateRecord>();
  const all = readFileSync(file);
  for (let at = 1; at < all.length;) {
    let length = 0;
    for (let scale = 1, more = true; more; scale *= 128, at += 1) {
      const byte = all[at] ?? 0;
      length += (byte & 0x7f) * scale;
      more = byte >= 0x80;
    }
    const fields = new Map<number, Buffer>();
    const reader = new Reader(all.subarray(at, at + length));
    for (let key = reader.next(); key !== 0; key = reader.next()) fields.set(key, reader.bytes());
    at += length;
    records.set((fields.get(bytesField(1)) ?? NO_BYTES).toString('latin1'), {
      value: (fields.get(bytesField(2)) ?? NO_BYTES).toString('latin1'),
      metadata: fields.get(bytesField(3)) ?? NO_BYTES,
      version: [...(fields.get(bytesField(4)) ?? NO_BYTES)],
    });
  }
  return records;
}

test('a snapshot has the state with its versions and policies, the hashes of private data, and its own hash', async () => {
  await client.contract.submit('put', { arguments: ['kept', 'value'] });
  await client.contract.submit('put', { arguments: ['gone', 'value'] });
  await client.contract.submit('del', { arguments: ['gone'] });
  await client.contract.submit('setPolicy', { arguments: ['kept', 'OneMSP', 'TwoMSP'] });
  await client.contract.submit('putPrivate', { arguments: ['ours', 'secret', 'hidden'] });
  const last = harness.network.height('test') - 1;

  await request();

  const folder = await snapshotAt(last);
  const records = recordsOf(join(folder, 'public_state.data'));
  expect(records.get('kept')).toMatchObject({ value: 'value', version: [1, last - 1, 0] });
  // A KVMetadataWrite: entries are its field 2. A peer of Fabric that finds none takes the key for one without a policy.
  expect(records.get('kept')?.metadata[0]).toBe(bytesField(2));
  expect(records.get('kept')?.metadata.toString('latin1')).toContain('VALIDATION_PARAMETER');
  expect(records.has('gone')).toBe(false);
  expect(records.get('CHANNEL_CONFIG_ENV_BYTES')?.version).toEqual([0, 0]);
  const sha256 = (text: string): string => createHash('sha256').update(text).digest().toString('latin1');
  const hashes = recordsOf(join(folder, 'private_state_hashes.data'));
  expect(hashes.get(sha256('secret'))?.value).toBe(sha256('hidden'));
  const signable = readFileSync(join(folder, '_snapshot_signable_metadata.json'));
  expect(JSON.parse(signable.toString('utf8'))).toMatchObject({ channel_name: 'test', last_block_number: last });
  expect(readFileSync(join(folder, '_snapshot_additional_metadata.json'), 'utf8')).toContain(
    `"snapshot_hash": "${createHash('sha256').update(signable).digest('hex')}"`,
  );
});

test('one of a block that is still to come is made when it comes, also after a restart', async () => {
  const next = harness.network.height('test');
  await request(next);
  await harness.stopNetwork();
  await harness.start();
  client = await harness.client('one');

  await client.contract.submit('put', { arguments: ['then', 'value'] });
  await client.contract.submit('put', { arguments: ['later', 'value'] });

  const records = recordsOf(join(await snapshotAt(next), 'public_state.data'));
  expect(records.has('then')).toBe(true);
  expect(records.has('later')).toBe(false);
});
