import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SnapshotError } from './errors';
import { SnapshotFile } from './file';
import { SnapshotRequests } from './requests';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onepledge-snapshot-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a file of a snapshot', () => {
  test('begins with its format, and has a length before each of its parts', async () => {
    const file = await SnapshotFile.create(join(folder, 'some.data'));
    await file.bytes(Buffer.from('ab'));
    file.number(300);
    const hash = await file.done();

    const bytes = readFileSync(join(folder, 'some.data'));
    expect([...bytes]).toEqual([1, 2, 0x61, 0x62, 0xac, 0x02]);
    expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('is hashed whole when it is larger than what is written at once', async () => {
    const file = await SnapshotFile.create(join(folder, 'large.data'));
    for (let part = 0; part < 5; part += 1) await file.bytes(Buffer.alloc(100_000, part));

    const hash = await file.done();

    expect(hash).toBe(
      createHash('sha256')
        .update(readFileSync(join(folder, 'large.data')))
        .digest('hex'),
    );
  });
});

describe('requests for snapshots', () => {
  test('are there after a restart, the smallest block first', () => {
    const requests = new SnapshotRequests(join(folder, 'pending'));
    for (const block of [100, 9, 20]) requests.add(block);
    requests.delete(20);

    expect(new SnapshotRequests(join(folder, 'pending')).list()).toEqual([9, 100]);
    expect(readdirSync(join(folder, 'pending'))).toHaveLength(2);
  });

  test('that nobody has made cannot be taken back', () => {
    const requests = new SnapshotRequests(join(folder, 'pending'));

    expect(() => {
      requests.delete(7);
    }).toThrow(SnapshotError);
    expect(existsSync(join(folder, 'pending'))).toBe(false);
  });
});
