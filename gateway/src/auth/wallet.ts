/** From a principal to the ledger identity that signs for it. */
import { createHash } from 'node:crypto';
import { createSigner, type EnrolledIdentity, enrol, MaterialError } from '@onepledge/network';
import { BoundedMap } from '../bounded-map';
import { ProblemError } from '../problem';
import { type Principal, principalKey } from './principal';

/** An identity as the ledger knows it, and its signature. */
export type LedgerIdentity = Readonly<{
  mspId: string;
  /** PEM. */
  certificate: Uint8Array;
  /** The protobuf msp.SerializedIdentity. */
  serialized: Uint8Array;
  /** ECDSA over SHA-256 of the message, low s. */
  sign: (message: Uint8Array) => Uint8Array;
}>;

/** Where identities come from: the development CA of the home, or a member's own wallet or HSM. */
export interface IdentitySource {
  /** @throws ProblemError FORBIDDEN when there can be no such identity. */
  identityFor(principal: Principal): Promise<LedgerIdentity>;
  /** Forgets one identity, as the ledger has refused it. */
  forget(principal: Principal): void;
  /** Forgets what was kept, e.g. because the network's authorities are new. */
  reset(): void;
}

/** Identities from the development CA of a home, made when they are first needed. */
export class DevelopmentWallet implements IdentitySource {
  readonly #home: string;
  readonly #known = new BoundedMap<string, Promise<LedgerIdentity>>(2000);

  constructor(home: string) {
    this.#home = home;
  }

  async identityFor(principal: Principal): Promise<LedgerIdentity> {
    const key = principalKey(principal);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = this.#enrol(principal);
    this.#known.set(key, made);
    try {
      return await made;
    } catch (error) {
      this.#known.delete(key);
      throw error;
    }
  }

  forget(principal: Principal): void {
    this.#known.delete(principalKey(principal));
  }

  reset(): void {
    this.#known.clear();
  }

  async #enrol(principal: Principal): Promise<LedgerIdentity> {
    try {
      return ledgerIdentity(await enrol(this.#home, principal.member, enrolmentOf(principal)));
    } catch (error) {
      if (!(error instanceof MaterialError)) throw error;
      const detail = `there is no identity for member ${principal.member}: ${error.message}`;
      throw new ProblemError({ code: 'FORBIDDEN', detail }, { cause: error });
    }
  }
}

function enrolmentOf(principal: Principal): {
  name: string;
  role: 'client' | 'admin';
  attributes: Record<string, string>;
} {
  const { member, party, role } = principal;
  const who = party ?? member;
  // A common name has 64 characters at most; a longer identifier is told apart by its hash.
  const short =
    who.length <= 48 ? who : `${who.slice(0, 31)}-${createHash('sha256').update(who).digest('hex').slice(0, 16)}`;
  return {
    name: `${short}-${role}`,
    role: role === 'admin' ? 'admin' : 'client',
    attributes: { role, ...(party === undefined ? {} : { party }) },
  };
}

function ledgerIdentity(enrolled: EnrolledIdentity): LedgerIdentity {
  const signer = createSigner(enrolled.mspId, enrolled.certificatePem, enrolled.privateKeyPem);
  return {
    mspId: enrolled.mspId,
    certificate: Buffer.from(enrolled.certificatePem),
    serialized: signer.serialized,
    sign: (message) => signer.sign(message),
  };
}
