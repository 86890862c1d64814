import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutChunks, linesByFile, uploadNames } from './import-chunks';
import type { Source } from './import-sources';

describe('cutting', () => {
  test('every file is in one chunk, in order, and no chunk is over a limit unless it is a single file', () => {
    const sources = fc.array(
      fc.record({ file: fc.string(), size: fc.nat(50), problem: fc.option(fc.constant(REFUSED), { nil: undefined }) }),
    );
    fc.assert(
      fc.property(sources, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 100 }), (all, files, bytes) => {
        const given = all.map(({ file, size, problem }): Source =>
          problem === undefined ? { file, size } : { file, size, problem },
        );
        const chunks = cutChunks(given, { files, bytes });
        expect(chunks.flat()).toEqual(given);
        for (const chunk of chunks) {
          const weight = chunk.reduce((sum, source) => sum + (source.problem === undefined ? source.size : 0), 0);
          expect(chunk.length).toBeGreaterThan(0);
          expect(chunk.length).toBeLessThanOrEqual(files);
          expect(weight <= bytes || chunk.filter((source) => source.problem === undefined).length === 1).toBe(true);
        }
      }),
    );
  });
});

describe('lines of an upload', () => {
  const names = ['a.xml', 'b.csv', 'c.xml'];

  test('go to their files, several to a file of rows', () => {
    const lines = [{ file: 'a.xml' }, { file: 'b.csv', row: 2 }, { file: 'b.csv', row: 3 }, { file: 'c.xml' }];
    expect(linesByFile(names, lines)?.map((each) => each.length)).toEqual([1, 2, 1]);
  });

  test('go to their files by order when the names came back otherwise', () => {
    const lines = [{ file: 'å' }, { file: 'ß', row: 2 }, { file: 'ß', row: 3 }, { file: 'ç' }];
    expect(linesByFile(names, lines)?.map((each) => each.length)).toEqual([1, 2, 1]);
  });

  test('that cannot be those of the files are not shared out', () => {
    expect(linesByFile(names, [{ file: 'x' }, { file: 'y' }])).toBeUndefined();
  });

  test('files of one name in several folders are told apart', () => {
    expect(uploadNames(['x/a.xml', 'y/a.xml', 'y/a (2).xml', 'z/a.xml'])).toEqual([
      'a.xml',
      'a (2).xml',
      'a (2) (2).xml',
      'a (3).xml',
    ]);
  });
});

const REFUSED = { code: 'PAYLOAD_TOO_LARGE', detail: 'too large' };
