/** Chaincode packages: what is read of one, and what is refused. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { addressPlace, chaincodeOfPlace, connectionOf, makePackage, parsePackage } from './package';
import { packTar, TarError, unpackTar } from './tar';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const pack = (...files: readonly (readonly [string, Buffer])[]): Buffer =>
  gzipSync(packTar(files.map(([name, content]) => ({ name, content }))));
const CODE = pack(['connection.json', json({ address: 'localhost:9999' })]);

describe('a chaincode package', () => {
  test('names its label, its address, and an id that is its hash', () => {
    const bytes = makePackage('basic_1.0', 'localhost:9999');
    const parsed = parsePackage(bytes);
    expect(parsed).toMatchObject({ label: 'basic_1.0', type: 'ccaas' });
    expect(parsed.id).toMatch(/^basic_1\.0:[0-9a-f]{64}$/);
    expect(connectionOf(parsed)).toEqual({ address: 'localhost:9999', dialTimeoutMs: 10_000, tls: undefined });
    expect(parsePackage(makePackage('basic_1.0', 'localhost:9998')).id).not.toBe(parsed.id);
  });

  test('may leave its address to the network', () => {
    const { address } = connectionOf(parsePackage(makePackage('basic_1.0', addressPlace('basic'))));
    expect(chaincodeOfPlace(address)).toBe('basic');
    expect(chaincodeOfPlace('localhost:9999')).toBeUndefined();
  });

  test.each([
    ['no archive', Buffer.from('garbage'), 'error reading as gzip stream'],
    ['no code', pack(['metadata.json', json({ type: 'ccaas', label: 'a' })]), 'did not find a code package'],
    ['no metadata', pack(['code.tar.gz', CODE]), 'did not find any package metadata'],
    ['metadata that are no object', pack(['metadata.json', json('x')], ['code.tar.gz', CODE]), 'could not unmarshal'],
    [
      'a label with a space',
      pack(['metadata.json', json({ type: 'ccaas', label: 'a b' })], ['code.tar.gz', CODE]),
      "invalid label 'a b'",
    ],
  ])('is refused with %s', (_what, bytes, message) => {
    expect(() => parsePackage(bytes)).toThrow(message);
  });

  test.each([
    ['500ms', 500],
    ['1m30s', 90_000],
    [2_000_000_000, 2_000],
    [0, 3_000],
    [undefined, 3_000],
  ])('with a dial_timeout of %s is waited for %d ms', (dial_timeout, dialTimeoutMs) => {
    const code = pack(['connection.json', json({ address: 'localhost:9999', dial_timeout })]);
    const bytes = pack(['metadata.json', json({ type: 'ccaas', label: 'a' })], ['code.tar.gz', code]);
    expect(connectionOf(parsePackage(bytes))).toEqual({ address: 'localhost:9999', dialTimeoutMs, tls: undefined });
  });

  test.each([
    ['a dial_timeout that is none', 'ccaas', json({ address: 'x', dial_timeout: 'soon' }), 'no duration'],
    ['another type', 'golang', json({ address: 'x' }), "packages of type 'golang' are not built here"],
    ['no address', 'ccaas', json({}), 'chaincode address not provided'],
    ['TLS by no CA', 'ccaas', json({ address: 'x', tls_required: true }), 'chaincode tls root cert not provided'],
    [
      'TLS without what its peer is to show',
      'ccaas',
      json({ address: 'x', tls_required: true, client_auth_required: true, root_cert: 'x' }),
      'chaincode tls key not provided',
    ],
    [
      'TLS by a CA that is none',
      'ccaas',
      json({
        address: 'x',
        tls_required: true,
        client_auth_required: true,
        root_cert: 'x',
        client_key: 'x',
        client_cert: 'x',
      }),
      'cannot be read',
    ],
  ])('cannot be run with %s', (_what, type, connection, message) => {
    const bytes = pack(
      ['metadata.json', json({ type, label: 'a' })],
      ['code.tar.gz', pack(['connection.json', connection])],
    );
    expect(() => connectionOf(parsePackage(bytes))).toThrow(message);
  });
});

describe('an archive', () => {
  test('comes back as it was put in, at every length of content', () => {
    const files = [0, 1, 511, 512, 513].map((length) => ({ name: `f${length}`, content: Buffer.alloc(length, 7) }));
    expect(unpackTar(packTar(files))).toEqual(files);
  });

  test('that is damaged or cut off is refused', () => {
    const archive = packTar([{ name: 'a', content: Buffer.alloc(600) }]);
    const damaged = Buffer.from(archive);
    damaged.write('b', 0);
    expect(() => unpackTar(damaged)).toThrow(TarError);
    expect(() => unpackTar(archive.subarray(0, 1024))).toThrow('unexpected EOF');
  });
});
