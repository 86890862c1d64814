import { expect, test } from '@jest/globals';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFolder } from '../testing/folder';
import { findSources, MAX_FILE_BYTES } from './import-sources';

test('folders give their documents by name, folders within included; a named file is taken whatever it is called', async () => {
  await withFolder(async (folder) => {
    // Given
    mkdirSync(join(folder, 'in', 'b'), { recursive: true });
    for (const name of ['in/z.xml', 'in/a.CSV', 'in/b/m.xml', 'in/notes.txt', 'named.txt']) {
      writeFileSync(join(folder, name), 'x');
    }
    symlinkSync(join(folder, 'in'), join(folder, 'in', 'b', 'loop.xml'));
    // When
    const found = await findSources([join(folder, 'named.txt'), join(folder, 'in')]);
    // Then
    expect(found).toEqual(
      ['named.txt', 'in/a.CSV', 'in/b/m.xml', 'in/z.xml'].map((name) => ({ file: join(folder, name), size: 1 })),
    );
  });
});

test('what is missing or too large is found with its problem', async () => {
  await withFolder(async (folder) => {
    const large = join(folder, 'large.xml');
    const largest = join(folder, 'largest.xml');
    writeFileSync(large, '');
    truncateSync(large, MAX_FILE_BYTES + 1);
    writeFileSync(largest, '');
    truncateSync(largest, MAX_FILE_BYTES);
    const found = await findSources([join(folder, 'gone.xml'), large, largest]);
    expect(found.map(({ problem }) => problem?.code)).toEqual(['UNREADABLE', 'PAYLOAD_TOO_LARGE', undefined]);
  });
});
