import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FolderLocked, lockFolder, lockFolderWithin } from './folder-lock';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onepledge-lock-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a folder', () => {
  test('that a living process has is not given to another, until it is given back', async () => {
    const unlock = lockFolder(folder);

    expect(() => lockFolder(folder)).toThrow(FolderLocked);
    await expect(lockFolderWithin(folder, 100)).rejects.toThrow(FolderLocked);
    unlock();
    lockFolder(folder)();
  });

  test('whose owner gives it back meanwhile is given to who waits', async () => {
    const unlock = lockFolder(folder);
    setTimeout(unlock, 100);

    (await lockFolderWithin(folder, 5000))();
  });

  test('whose owner was killed is free', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await writeFile(join(folder, 'lock'), `${child.pid ?? 0} `);
    child.kill('SIGKILL');
    await ended;

    (await lockFolderWithin(folder, 5000))();
  });

  test('whose owner left only rubbish is free', async () => {
    await writeFile(join(folder, 'lock'), 'rubbish');

    lockFolder(folder)();
  });
});
