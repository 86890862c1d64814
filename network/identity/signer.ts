/** Signs for an identity whose private key is at hand. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { serializeIdentity } from './msp';
import { signMessage } from './signature';
import { tokenKey } from './token-key';
import { type Signer } from './types';

/**
 * A signer from a certificate and its private key, both PEM. The key is read at the first signature.
 * @param privateKeyPem empty where the key is in the token that the environment names
 * @throws MaterialError when it is in none
 */
export function createSigner(mspId: string, certificatePem: string, privateKeyPem: string): Signer {
  if (privateKeyPem !== '') return new KeySigner(mspId, certificatePem, privateKeyPem);
  return { mspId, serialized: serializeIdentity(mspId, certificatePem), sign: tokenKey(certificatePem) };
}

class KeySigner implements Signer {
  readonly mspId: string;
  readonly serialized: Uint8Array;
  readonly #privateKeyPem: string;
  #key: KeyObject | undefined;

  constructor(mspId: string, certificatePem: string, privateKeyPem: string) {
    this.mspId = mspId;
    this.serialized = serializeIdentity(mspId, certificatePem);
    this.#privateKeyPem = privateKeyPem;
  }

  sign(message: Uint8Array): Uint8Array {
    this.#key ??= createPrivateKey(this.#privateKeyPem);
    return signMessage(this.#key, message);
  }
}
