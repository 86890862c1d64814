/** The kinds of keys whose signatures count. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueEnrolment, openAuthority } from '@onepledge/network';
import { type Act, type Topic } from '../behaviour';
import { withIdentity } from '../configuration';

const ec = (namedCurve: string): { readonly name: string; readonly namedCurve: string } => ({
  name: 'ECDSA',
  namedCurve,
});
const RSA = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: Buffer.of(1, 0, 1), hash: 'SHA-256' };

/** A client of organisation 2 with a key of this kind writes. */
function byKey(key: { readonly name: string }): Act {
  return async (world) => {
    const own = join(world.engine.home, 'crypto', 'org2', 'ca.pem');
    const pem = readFileSync(own, 'utf8');
    const ca = await openAuthority({ certPem: pem, keyPem: pem.slice(pem.indexOf('-----BEGIN PRIVATE KEY')) });
    const request = { commonName: 'keys', organization: 'Organisation 2', role: 'client' as const, key };
    const { certPem, keyPem } = await issueEnrolment(ca, request, new Date());
    return withIdentity(world, { mspId: 'Org2MSP', certificatePem: certPem, privateKeyPem: keyPem }, 'submit');
  };
}

export const keys: Topic = {
  name: 'keys',
  behaviours: [
    { name: 'on P-384 sign SHA-256 of a message', call: byKey(ec('P-384')), expect: { status: 'OK' } },
    { name: 'on P-521 too', call: byKey(ec('P-521')), expect: { status: 'OK' } },
    { name: 'of Ed25519 sign the message', call: byKey({ name: 'Ed25519' }), expect: { status: 'OK' } },
    {
      name: 'of RSA do not count',
      call: byKey(RSA),
      expect: {
        status: 'ABORTED',
        details: [{ message: 'error validating proposal: access denied: channel [beta] creator org [Org2MSP]' }],
      },
    },
  ],
};
