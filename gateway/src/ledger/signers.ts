/** Who signed transactions: what their creators' certificates say. */
import { hash, X509Certificate } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import { BoundedMap } from '../bounded-map';

/** The certificate with whose key a transaction was signed. Its subject is for its own member's CA to choose; the member is the network's word. */
export type Signer = Readonly<{
  mspId: string;
  /** As the certificate has it, e.g. `CN=…, OU=client`. */
  subject: string;
  /** SHA-256 of the certificate, hexadecimal. */
  fingerprint: string;
}>;

/** Certificates are few and transactions many: each is read once. */
export class Signers {
  readonly #known = new BoundedMap<string, Signer>(2000);

  /** @param creator a serialized identity, as it stands in a transaction */
  of(creator: Uint8Array): Signer {
    const key = hash('sha256', creator, 'base64');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = signerOf(creator);
    this.#known.set(key, made);
    return made;
  }
}

function signerOf(creator: Uint8Array): Signer {
  const identity = msp.SerializedIdentity.deserializeBinary(creator);
  const mspId = identity.getMspid();
  try {
    const { subject, fingerprint256 } = new X509Certificate(identity.getIdBytes_asU8());
    return {
      mspId,
      subject: subject.split('\n').join(', '),
      fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
    };
  } catch {
    // Fabric knows identities without certificates too.
    return { mspId, subject: '', fingerprint: hash('sha256', identity.getIdBytes_asU8()) };
  }
}
