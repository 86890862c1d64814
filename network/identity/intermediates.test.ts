import { describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mspAuthorities } from './authorities';
import { type Authority, createAuthority, issueEnrolment, issueRevocationList } from './authority';
import { IdentityError } from './errors';
import { MspRegistry, serializeIdentity } from './msp';

const MSP = 'BankAMSP';
const NOW = new Date('2026-11-23T12:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

const pemOf = (...authorities: readonly Authority[]): string => authorities.map(({ pair }) => pair.certPem).join('');
const rootCa = (pathLength = 1): Promise<Authority> => createAuthority('root', 'Bank A', daysAgo(900), { pathLength });
const below = (above: Authority, name = 'intermediate', pathLength = 0): Promise<Authority> =>
  createAuthority(name, 'Bank A', daysAgo(800), { above, pathLength });

async function issuedBy(ca: Authority, when = NOW): Promise<Uint8Array> {
  const request = { commonName: 'client', organization: 'Bank A', role: 'client' as const };
  return serializeIdentity(MSP, (await issueEnrolment(ca, request, when)).certPem);
}

/** Registry of an MSP that has these CAs, as `ca.pem` holds them. */
function msp(authorities: readonly Authority[], crlPems: readonly string[] = []): MspRegistry {
  return new MspRegistry(new Map([[MSP, { ...mspAuthorities(pemOf(...authorities)), crlPems }]]));
}

const refusal = (reason: string): unknown => expect.objectContaining({ name: IdentityError.name, reason });

describe('an MSP with a root and an intermediate CA', () => {
  test('knows which is which, in whatever order they come', async () => {
    const root = await rootCa();
    const intermediate = await below(root);

    for (const order of [pemOf(root, intermediate), pemOf(intermediate, root)]) {
      expect(mspAuthorities(order)).toEqual({
        caPem: root.pair.certPem,
        intermediateCaPem: intermediate.pair.certPem,
      });
    }
  });

  test('takes whom the intermediate certified, and nobody of the root, which certifies CAs', async () => {
    const root = await rootCa();
    const intermediate = await below(root);
    const registry = msp([root, intermediate]);

    expect(registry.identify(await issuedBy(intermediate))).toMatchObject({ role: 'client' });
    await expect(issuedBy(root).then((one) => registry.identify(one))).rejects.toEqual(refusal('ISSUER_OF_CAS'));
  });

  test('takes whom a second root certified that has nobody below it', async () => {
    const [root, other] = [await rootCa(), await createAuthority('other', 'Bank A', daysAgo(900))];

    const registry = msp([root, await below(root), other]);

    expect(registry.identify(await issuedBy(other))).toMatchObject({ role: 'client' });
  });

  test('goes down as many steps as each CA allows', async () => {
    const [wide, narrow] = [await rootCa(2), await rootCa(0)];
    const middle = await below(wide, 'middle', 1);
    const lowest = await below(middle, 'lowest');
    const under = await below(narrow);

    expect(msp([wide, middle, lowest]).identify(await issuedBy(lowest))).toMatchObject({ role: 'client' });
    const tooDeep = msp([narrow, under]);
    await expect(issuedBy(under).then((one) => tooDeep.identify(one))).rejects.toEqual(refusal('NOT_ISSUED_BY_MSP'));
  });

  test('takes whom a CA certified while it was valid, and nobody whom it certified later', async () => {
    const root = await rootCa();
    const past = await createAuthority('past', 'Bank A', daysAgo(800), { above: root, days: 700 });
    const registry = msp([root, past]);

    expect(registry.identify(await issuedBy(past, daysAgo(200)), NOW)).toMatchObject({ role: 'client' });
    await expect(issuedBy(past, daysAgo(50)).then((one) => registry.identify(one))).rejects.toEqual(
      refusal('NOT_ISSUED_BY_MSP'),
    );
  });

  test('takes back what the list of the same CA names', async () => {
    const root = await rootCa();
    const intermediate = await below(root);
    const identity = await issuedBy(intermediate);
    const serial = registrySerial(identity);
    const listOf = (ca: Authority): Promise<string> => issueRevocationList(ca, [serial], NOW);

    const another = msp([root, intermediate], [await listOf(root)]);
    const own = msp([root, intermediate], [await listOf(intermediate)]);

    expect(another.identify(identity)).toMatchObject({ role: 'client' });
    expect(() => own.identify(identity)).toThrow(IdentityError);
  });

  test('is refused where the intermediate leads to no root, to two, or is revoked', async () => {
    const root = await rootCa();
    const intermediate = await below(root);
    const other = await rootCa();
    const { serialNumber } = new X509Certificate(intermediate.pair.certPem);
    const list = await issueRevocationList(root, [serialNumber], NOW);
    const split = { caPem: pemOf(other), intermediateCaPem: pemOf(intermediate) };

    expect(() => new MspRegistry(new Map([[MSP, split]]))).toThrow('leads to no root');
    expect(() => msp([root, intermediate], [list])).toThrow('is revoked');
  });
});

function registrySerial(identity: Uint8Array): string {
  const text = Buffer.from(identity).toString('latin1');
  return new X509Certificate(text.slice(text.indexOf('-----BEGIN'))).serialNumber;
}
