import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testConsortium } from '../embedded/testing/consortium';
import { readCertificate } from './certificate';
import {
  heldCertificate,
  heldCertificates,
  keepRevocationList,
  renewCertificate,
  revocationListWith,
} from './certificate-store';
import { enrol } from './enrolment';
import { MaterialError } from './errors';
import { cryptoFolder, ensureMaterial } from './material';
import { readRevocationLists } from './revocation-list';

const DAY_MS = 24 * 60 * 60 * 1000;
const [organization] = testConsortium().organizations;
const name = organization?.name ?? '';
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'certificates-'));
  await ensureMaterial(testConsortium(), home);
  await enrol(home, name, { name: 'Li Na', attributes: { party: '91440300MA5FBANKA4', role: 'auditor' } });
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

const fileText = (file: string): string => readFileSync(join(cryptoFolder(home), file), 'utf8');
const keyOf = (file: string): string =>
  createPublicKey(fileText(file)).export({ type: 'spki', format: 'der' }).toString('hex');

describe('the certificates of a home', () => {
  test('are all there, with their use, role, attributes and days left', async () => {
    const found = await heldCertificates(home, [name]);

    const byFile = new Map(found.map((one) => [one.file, one]));
    expect(byFile.get(`${name}/ca.pem`)?.use).toBe('ca');
    expect(byFile.get(`${name}/peer-tls.pem`)?.use).toBe('tls');
    expect(byFile.get(`${name}/peer.pem`)).toMatchObject({ use: 'identity', role: 'peer', daysLeft: 364 });
    expect(found.find(({ commonName }) => commonName === 'Li Na')?.attributes).toEqual({
      party: '91440300MA5FBANKA4',
      role: 'auditor',
    });
    expect(new Set((await heldCertificates(home)).map((one) => one.organization)).size).toBeGreaterThan(1);
  });

  test('count their days from now, down to below zero', async () => {
    const later = new Date(Date.now() + 400 * DAY_MS);
    const found = await heldCertificates(home, [name], later);
    expect(found.find(({ file }) => file === `${name}/peer.pem`)?.daysLeft).toBe(-36);
  });

  test('are found by file, serial number and name, and only where that is one', async () => {
    const byName = await heldCertificate(home, 'Li Na');
    expect(await heldCertificate(home, byName.file)).toEqual(byName);
    expect(await heldCertificate(home, byName.serial.toLowerCase())).toEqual(byName);
    await expect(heldCertificate(home, 'nobody')).rejects.toThrow(MaterialError);
  });
});

describe('a renewed certificate', () => {
  test('keeps its key, subject, names and attributes, and is valid anew', async () => {
    for (const which of ['Li Na', `${name}/peer-tls.pem`]) {
      const before = await heldCertificate(home, which);
      const [key, old] = [keyOf(before.file), new X509Certificate(fileText(before.file))];

      const after = await renewCertificate(home, before, { newKey: false, days: 500 });

      const renewed = new X509Certificate(fileText(before.file));
      expect(keyOf(before.file)).toBe(key);
      expect(renewed.subject).toBe(old.subject);
      expect(renewed.subjectAltName).toBe(old.subjectAltName);
      expect(renewed.keyUsage).toEqual(old.keyUsage);
      expect(readCertificate(fileText(before.file)).attributes).toEqual(before.attributes);
      expect(after.serial).not.toBe(before.serial);
      expect(after.daysLeft).toBe(499);
    }
  });

  test('may have a new key, and is signed by the same CA', async () => {
    const before = await heldCertificate(home, `${name}/admin.pem`);
    const key = keyOf(before.file);

    await renewCertificate(home, before, { newKey: true });

    expect(keyOf(before.file)).not.toBe(key);
    const ca = new X509Certificate(fileText(`${name}/ca.pem`));
    expect(new X509Certificate(fileText(before.file)).verify(ca.publicKey)).toBe(true);
  });

  test("is never a CA's own", async () => {
    const ca = await heldCertificate(home, `${name}/ca.pem`);
    await expect(renewCertificate(home, ca, { newKey: false })).rejects.toThrow('is a CA');
  });
});

describe('a revocation', () => {
  test('goes on a list that keeps those of before, and shows where certificates are listed', async () => {
    const [first, second] = [await heldCertificate(home, 'Li Na'), await heldCertificate(home, `${name}/admin.pem`)];
    await keepRevocationList(home, name, await revocationListWith(home, name, [first.serial]));

    const pem = await revocationListWith(home, name, [second.serial]);

    const ca = new X509Certificate(fileText(`${name}/ca.pem`));
    const [list] = readRevocationLists(pem);
    expect(list?.isSignedBy(ca.publicKey)).toBe(true);
    expect([...(list?.serials ?? [])].sort()).toEqual([first.serial, second.serial].sort());
    expect((await heldCertificate(home, 'Li Na')).revoked).toBe(true);
    expect((await heldCertificate(home, `${name}/admin.pem`)).revoked).toBe(false);
  });
});
