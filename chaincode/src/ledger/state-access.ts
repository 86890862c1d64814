/** Reading and writing many keys of the world state in one go, over whatever the peer offers. */
import type { ChaincodeStub } from 'fabric-shim-api';
import type { EndorsementPolicy } from './endorsement-policy';

/** A key's new value and, where it is to have one of its own, its endorsement policy from now on; a policy stays until another is written. */
export type StateWrite = Readonly<{ key: string; value: Uint8Array; policy?: EndorsementPolicy }>;

/** The world state as one transaction sees it. Reads never see the transaction's own writes, as in Fabric. */
export interface StateAccess {
  /** The values of the keys, in their order; undefined for a key that is not there. */
  read(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Writes all; called once, at the end of the transaction. */
  write(writes: readonly StateWrite[]): Promise<void>;
}

/** One call a key: what every peer offers. The shim sends the calls of a transaction one after another. */
export class SingleCalls implements StateAccess {
  readonly #stub: ChaincodeStub;

  constructor(stub: ChaincodeStub) {
    this.#stub = stub;
  }

  async read(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const values = await Promise.all(keys.map((key) => this.#stub.getState(key)));
    return values.map((value) => (value.length === 0 ? undefined : value));
  }

  async write(writes: readonly StateWrite[]): Promise<void> {
    await Promise.all(
      writes.flatMap(({ key, value, policy }) => [
        this.#stub.putState(key, value),
        ...(policy === undefined ? [] : [this.#stub.setStateValidationParameter(key, policy)]),
      ]),
    );
  }
}
