/** Signs for an identity whose private key is at hand. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type HeldPem } from './key-file';
import { serializeIdentity } from './msp';
import { signMessage } from './signature';
import { tokenKey, type TokenKey } from './token-key';
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

/**
 * A node's signer. Fabric's programs sign for their nodes themselves: a token is opened at the first signature only.
 * @throws MaterialError at that, when the key is in none
 */
export function nodeSigner(mspId: string, { certPem, keyPem }: HeldPem): Signer {
  if (keyPem !== undefined) return createSigner(mspId, certPem, keyPem);
  let key: TokenKey | undefined;
  const sign = (message: Uint8Array): Uint8Array => (key ??= tokenKey(certPem))(message);
  return { mspId, serialized: serializeIdentity(mspId, certPem), sign };
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
