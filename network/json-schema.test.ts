import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { consortiumJsonSchema, JSON_SCHEMA_FILE } from './json-schema';

const ROOT = join(__dirname, '..');

test('the JSON Schema is what the schema of consortium.yaml makes', () => {
  expect(readFileSync(join(ROOT, JSON_SCHEMA_FILE), 'utf8')).toBe(consortiumJsonSchema());
});

test('consortium.yaml names it for editors', () => {
  const file = join(ROOT, 'network', 'consortium.yaml');
  const [, named = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
  expect(resolve(dirname(file), named)).toBe(join(ROOT, JSON_SCHEMA_FILE));
});
