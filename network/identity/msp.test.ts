import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { SerializedIdentity } from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { type Authority, createAuthority, issueEnrolment, issueRevocationList, type KeyPair } from './authority';
import { readCertificate } from './certificate';
import { IdentityError, type IdentityErrorReason } from './errors';
import { MspRegistry, serializeIdentity } from './msp';
import { flipS } from './signature';
import { createSigner } from './signer';

const NOW = new Date('2026-03-01T12:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const message = Buffer.from('a proposal');

let ca: Authority;
let client: KeyPair;
let registry: MspRegistry;

beforeAll(async () => {
  ca = await createAuthority('ca.bank-a', 'Bank A', NOW);
  client = await issueEnrolment(
    ca,
    {
      commonName: 'alice',
      organization: 'Bank A',
      role: 'client',
      attributes: { party: '91350100M000100Y43', role: 'operator' },
    },
    NOW,
  );
  registry = new MspRegistry(new Map([['BankAMSP', { caPem: ca.pair.certPem }]]));
});

function refusal(run: () => unknown): IdentityErrorReason {
  try {
    run();
  } catch (error) {
    if (error instanceof IdentityError) return error.reason;
    throw error;
  }
  throw new Error('the identity was accepted');
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256' };

interface Unusual {
  readonly units?: readonly string[];
  readonly algorithm?: { readonly name: string };
  readonly extensions?: readonly x509.Extension[];
  readonly commonName?: string;
}

/** A certificate that the development CA itself would not make. */
async function issueUnusual(
  issuer: Authority,
  { units = ['client'], algorithm = P256, extensions = [], commonName = 'eve' }: Unusual,
): Promise<string> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '41',
    subject: [{ CN: [commonName] }, ...units.map((unit) => ({ OU: [unit] }))],
    issuer: issuer.certificate.subjectName,
    notBefore: NOW,
    notAfter: new Date(NOW.getTime() + DAY_MS),
    signingAlgorithm: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
    publicKey: keys.publicKey,
    signingKey: issuer.signingKey,
    extensions: [...extensions],
  });
  return certificate.toString('pem');
}

describe('an identity of the MSP', () => {
  test('is recognised with its role, name and attributes', () => {
    const serialized = serializeIdentity('BankAMSP', client.certPem);
    expect(registry.identify(serialized, NOW)).toMatchObject({
      mspId: 'BankAMSP',
      role: 'client',
      commonName: 'alice',
      attributes: { party: '91350100M000100Y43', role: 'operator' },
      notAfter: new Date(NOW.getTime() + 365 * DAY_MS),
      serialized,
    });
  });

  test.each(['client', 'peer', 'admin', 'orderer'] as const)(
    'has the role %s of its organisational unit',
    async (role) => {
      const pair = await issueEnrolment(ca, { commonName: 'x', organization: 'Bank A', role }, NOW);
      const identity = registry.identify(serializeIdentity('BankAMSP', pair.certPem), NOW);
      expect(identity.role).toBe(role);
      expect(identity.attributes).toEqual({});
    },
  );

  test('verifies what its signer signed, and nothing else', () => {
    const signer = createSigner('BankAMSP', client.certPem, client.keyPem);
    const identity = registry.identify(signer.serialized, NOW);
    const signature = signer.sign(message);
    expect(identity.verify(message, signature)).toBe(true);
    expect(identity.verify(Buffer.from('another'), signature)).toBe(false);
    expect(identity.verify(message, flipS(signature) ?? signature)).toBe(false);
  });

  test('is one identity in all its serializations', () => {
    const plain = registry.identify(serializeIdentity('BankAMSP', client.certPem), NOW);
    const windows = registry.identify(serializeIdentity('BankAMSP', client.certPem.replaceAll('\n', '\r\n')), NOW);
    const prefixed = registry.identify(serializeIdentity('BankAMSP', `subject=alice\n${client.certPem}`), NOW);
    expect(windows.certificateId).toBe(plain.certificateId);
    expect(prefixed.certificateId).toBe(plain.certificateId);
    expect(windows.serialized).not.toEqual(plain.serialized);
  });

  test('keeps the bytes that it was read from when the caller reuses them', () => {
    const serialized = Uint8Array.from(serializeIdentity('BankAMSP', client.certPem));
    const fresh = new MspRegistry(new Map([['BankAMSP', { caPem: ca.pair.certPem }]]));
    const identity = fresh.identify(serialized, NOW);
    const before = Uint8Array.from(serialized);
    serialized.fill(0);
    expect(identity.serialized).toEqual(before);
    expect(fresh.identify(before, NOW)).toBe(identity);
  });

  test('may be issued by an older or a newer CA of the same MSP', async () => {
    const newer = await createAuthority('ca2.bank-a', 'Bank A', NOW);
    const both = new MspRegistry(new Map([['BankAMSP', { caPem: ca.pair.certPem + newer.pair.certPem }]]));
    const pair = await issueEnrolment(newer, { commonName: 'bob', organization: 'Bank A', role: 'client' }, NOW);
    expect(both.identify(serializeIdentity('BankAMSP', pair.certPem), NOW).commonName).toBe('bob');
    expect(both.identify(serializeIdentity('BankAMSP', client.certPem), NOW).commonName).toBe('alice');
  });
});

describe('an identity is refused', () => {
  test('when another CA of the very same name issued it', async () => {
    const impostor = await createAuthority('ca.bank-a', 'Bank A', NOW);
    const forged = await issueEnrolment(impostor, { commonName: 'alice', organization: 'Bank A', role: 'client' }, NOW);
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', forged.certPem), NOW))).toBe(
      'NOT_ISSUED_BY_MSP',
    );
  });

  test('when another CA signed it in the name of the MSP', async () => {
    const impostor = await createAuthority('ca.bank-a', 'Bank A', NOW);
    const pem = await issueUnusual({ ...ca, signingKey: impostor.signingKey }, {});
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', pem), NOW))).toBe('NOT_ISSUED_BY_MSP');
  });

  test("when it was signed with the CA's key in another name", async () => {
    const other = await createAuthority('ca.another', 'Another', NOW);
    const pem = await issueUnusual({ ...ca, certificate: other.certificate }, {});
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', pem), NOW))).toBe('NOT_ISSUED_BY_MSP');
  });

  test("when another member's CA issued it", async () => {
    const bankB = await createAuthority('ca.bank-b', 'Bank B', NOW);
    const two = new MspRegistry(
      new Map([
        ['BankAMSP', { caPem: ca.pair.certPem }],
        ['BankBMSP', { caPem: bankB.pair.certPem }],
      ]),
    );
    const stranger = await issueEnrolment(bankB, { commonName: 'mallory', organization: 'Bank A', role: 'peer' }, NOW);
    expect(two.identify(serializeIdentity('BankBMSP', stranger.certPem), NOW).mspId).toBe('BankBMSP');
    expect(refusal(() => two.identify(serializeIdentity('BankAMSP', stranger.certPem), NOW))).toBe('NOT_ISSUED_BY_MSP');
  });

  test('when an ordinary identity issued it', async () => {
    const key = await webcrypto.subtle.importKey(
      'pkcs8',
      Buffer.from(client.keyPem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'),
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    );
    const asCa: Authority = { pair: client, certificate: new x509.X509Certificate(client.certPem), signingKey: key };
    const forged = await issueEnrolment(asCa, { commonName: 'alice', organization: 'Bank A', role: 'admin' }, NOW);
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', forged.certPem + client.certPem), NOW))).toBe(
      'NOT_ISSUED_BY_MSP',
    );
  });

  test('when its certificate was altered', () => {
    const der = Buffer.from(client.certPem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
    der.write('alicf', der.indexOf('alice'));
    const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', pem), NOW))).toBe('NOT_ISSUED_BY_MSP');
  });

  test('when its MSP is not known', () => {
    expect(refusal(() => registry.identify(serializeIdentity('NobodyMSP', client.certPem), NOW))).toBe('UNKNOWN_MSP');
  });

  test('after its time, also when it was good a call before', () => {
    const serialized = serializeIdentity('BankAMSP', client.certPem);
    const { notAfter } = registry.identify(serialized, NOW);
    expect(refusal(() => registry.identify(serialized, new Date(notAfter.getTime() + 1)))).toBe('EXPIRED');
    expect(registry.identify(serialized, notAfter).commonName).toBe('alice');
  });

  test('but where no time is given its time does not matter, and one that begins later never does', () => {
    const serialized = serializeIdentity('BankAMSP', client.certPem);
    expect(registry.identify(serialized).commonName).toBe('alice');
    expect(registry.identify(serialized, new Date(0)).commonName).toBe('alice');
  });

  test('when a revocation list of its CA names it, and not when the list is of another', async () => {
    const { serialNumber } = new x509.X509Certificate(client.certPem);
    const identify = async (issuer: Authority): Promise<unknown> => {
      const crlPems = [await issueRevocationList(issuer, [serialNumber, '77'], NOW)];
      const strict = new MspRegistry(new Map([['BankAMSP', { caPem: ca.pair.certPem, crlPems }]]));
      return strict.identify(serializeIdentity('BankAMSP', client.certPem));
    };
    await expect(identify(ca)).rejects.toMatchObject({ reason: 'REVOKED' });
    const other = await createAuthority('Other CA', 'Other', NOW);
    await expect(identify(other)).resolves.toMatchObject({ commonName: 'alice' });
  });

  test('when its serial number is revoked, however that is written', () => {
    const { serialNumber } = readCertificate(client.certPem).x509;
    const colons = `00:${(serialNumber.match(/../g) ?? []).join(':').toLowerCase()}`;
    for (const revoked of [[serialNumber], [colons]]) {
      const strict = new MspRegistry(new Map([['BankAMSP', { caPem: ca.pair.certPem, revoked }]]));
      expect(refusal(() => strict.identify(serializeIdentity('BankAMSP', client.certPem), NOW))).toBe('REVOKED');
    }
  });

  test('when its key is of a kind that the channel does not take', async () => {
    const ed25519 = { name: 'Ed25519' };
    const pem = await issueUnusual(ca, { algorithm: ed25519 });
    const older = new MspRegistry(new Map([['BankAMSP', { caPem: ca.pair.certPem }]]), false);
    expect(refusal(() => older.identify(serializeIdentity('BankAMSP', pem), NOW))).toBe('WRONG_KEY_TYPE');
    expect(registry.identify(serializeIdentity('BankAMSP', pem), NOW).commonName).toBe('eve');
    const rsa = {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: Buffer.from([1, 0, 1]),
      hash: 'SHA-256',
    };
    const rsaPem = await issueUnusual(ca, { algorithm: rsa });
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', rsaPem), NOW))).toBe('WRONG_KEY_TYPE');
  });

  test('when it is the CA itself', () => {
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', ca.pair.certPem), NOW))).toBe(
      'CA_CERTIFICATE',
    );
  });

  test.each([[[]], [['client', 'admin']], [['accounting']]])('when its organisational units are %j', async (units) => {
    const pem = await issueUnusual(ca, { units });
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', pem), NOW))).toBe('NO_SINGLE_ROLE');
    const plain = new MspRegistry(new Map([['BankAMSP', { caPem: ca.pair.certPem, nodeOUs: false }]]));
    expect(plain.identify(serializeIdentity('BankAMSP', pem), NOW).role).toBeUndefined();
  });

  test('when a critical extension is not understood', async () => {
    const pem = await issueUnusual(ca, { extensions: [new x509.Extension('1.2.3.4', true, Buffer.from([5, 0]))] });
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', pem), NOW))).toBe('MALFORMED');
  });

  test.each(['{"attrs":{"party":1}}', '{"attrs":', '[]'])('when its attributes are %s', async (json) => {
    const pem = await issueUnusual(ca, {
      extensions: [new x509.Extension('1.2.3.4.5.6.7.8.1', false, Buffer.from(json))],
    });
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', pem), NOW))).toBe('MALFORMED');
  });

  test('when it is no certificate, or no identity at all', () => {
    const der = new SerializedIdentity();
    der.setMspid('BankAMSP');
    der.setIdBytes(readCertificate(client.certPem).x509.raw);
    expect(refusal(() => registry.identify(der.serializeBinary(), NOW))).toBe('MALFORMED');
    expect(refusal(() => registry.identify(serializeIdentity('BankAMSP', ''), NOW))).toBe('MALFORMED');
    expect(refusal(() => registry.identify(Uint8Array.from([0xff, 0xff]), NOW))).toBe('MALFORMED');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        expect(['MALFORMED', 'UNKNOWN_MSP']).toContain(refusal(() => registry.identify(noise, NOW)));
      }),
    );
  });
});

describe('names in the certificate', () => {
  test('cannot imitate a role', async () => {
    const pem = await issueUnusual(ca, { commonName: 'eve\nOU=admin', units: ['client'] });
    const identity = registry.identify(serializeIdentity('BankAMSP', pem), NOW);
    expect(identity.role).toBe('client');
    expect(identity.commonName).toBe('eve\nOU=admin');
  });

  test('may be in any script', async () => {
    const pair = await issueEnrolment(ca, { commonName: '张三, 经理', organization: 'Bank A', role: 'client' }, NOW);
    expect(registry.identify(serializeIdentity('BankAMSP', pair.certPem), NOW).commonName).toBe('张三, 经理');
  });
});

test('an MSP without a CA certificate is refused at once', () => {
  expect(refusal(() => new MspRegistry(new Map([['M', { caPem: '' }]])))).toBe('MALFORMED');
  expect(refusal(() => new MspRegistry(new Map([['M', { caPem: client.certPem }]])))).toBe('MALFORMED');
});

test('more identities than are remembered are all recognised', () => {
  const variants = Array.from({ length: 5000 }, (_, number) => `${number}\n${client.certPem}`);
  const first = serializeIdentity('BankAMSP', variants[0] ?? '');
  const small = new MspRegistry(new Map([['BankAMSP', { caPem: ca.pair.certPem }]]));
  const identity = small.identify(first, NOW);
  expect(small.identify(first, NOW)).toBe(identity);
  for (const variant of variants.slice(1)) small.identify(serializeIdentity('BankAMSP', variant), NOW);
  expect(small.identify(first, NOW)).not.toBe(identity);
  expect(small.identify(first, NOW).certificateId).toBe(identity.certificateId);
});
