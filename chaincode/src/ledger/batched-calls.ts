/** Many keys in one message: what peers from Fabric 3.1 on offer and the Node shim does not use yet. */
import { peer } from '@hyperledger/fabric-protos';
import type { StateAccess, StateWrite } from './state-access';

// By number: fabric-shim's older copy of the protos shares its global objects with ours, so the names may be missing, depending on the order of loading.
const MESSAGE_TYPE = { WRITE_BATCH_STATE: 24, GET_STATE_MULTIPLE: 25 } as const;
const RECORD_TYPE = { PUT_STATE: 9, PUT_STATE_METADATA: 21 } as const;

/** The name under which a key's endorsement policy stands in its metadata. */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/** What a peer said of batches in its READY message. */
export type BatchCapability = Readonly<{ maxRead: number; maxWrite: number }>;

/** Sends one message of a transaction to the peer, in the shim's own order, and gives the payload of the answer. */
export type Ask = (type: number, payload: Uint8Array) => Promise<Uint8Array>;

/** The peer's answer does not fit the question; nothing may be concluded from it. */
export class StateAccessError extends Error {
  override readonly name = 'StateAccessError';
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}

/**
 * What the payload of a READY message offers; undefined when it is absent, undecodable or does not offer both directions.
 * A capability is never probed for: a peer ends the stream of a chaincode that sends it a message it does not know.
 */
export function batchCapability(ready: Uint8Array): BatchCapability | undefined {
  if (ready.length === 0) return undefined;
  let offered: peer.ChaincodeAdditionalParams;
  try {
    offered = peer.ChaincodeAdditionalParams.deserializeBinary(ready);
  } catch {
    return undefined;
  }
  const maxRead = offered.getMaxSizeGetMultipleKeys();
  const maxWrite = offered.getMaxSizeWriteBatch();
  const usable = offered.getUseGetMultipleKeys() && offered.getUseWriteBatch() && maxRead > 0 && maxWrite > 0;
  return usable ? { maxRead, maxWrite } : undefined;
}

/** Batched state access through GET_STATE_MULTIPLE and WRITE_BATCH_STATE. */
export class BatchedCalls implements StateAccess {
  readonly #ask: Ask;
  readonly #capability: BatchCapability;

  constructor(ask: Ask, capability: BatchCapability) {
    this.#ask = ask;
    this.#capability = capability;
  }

  /** @throws StateAccessError when the peer does not answer one value a key: an empty answer hides a fault of its database. */
  async read(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const values: (Uint8Array | undefined)[] = [];
    for (const part of chunks(keys, this.#capability.maxRead)) {
      const question = new peer.GetStateMultiple();
      question.setKeysList([...part]);
      const payload = await this.#ask(MESSAGE_TYPE.GET_STATE_MULTIPLE, question.serializeBinary());
      const answer = peer.GetStateMultipleResult.deserializeBinary(payload).getValuesList_asU8();
      if (answer.length !== part.length) {
        throw new StateAccessError(`the peer answered ${answer.length} values to ${part.length} keys`);
      }
      for (const value of answer) values.push(value.length === 0 ? undefined : value);
    }
    return values;
  }

  async write(writes: readonly StateWrite[]): Promise<void> {
    for (const part of chunks(writes.flatMap(recordsOf), this.#capability.maxWrite)) {
      const batch = new peer.WriteBatchState();
      batch.setRecList([...part]);
      await this.#ask(MESSAGE_TYPE.WRITE_BATCH_STATE, batch.serializeBinary());
    }
  }
}

function recordsOf({ key, value, policy }: StateWrite): readonly peer.WriteRecord[] {
  const put = new peer.WriteRecord();
  put.setKey(key);
  put.setValue(value);
  put.setType(RECORD_TYPE.PUT_STATE);
  if (policy === undefined) return [put];
  const metadata = new peer.StateMetadata();
  metadata.setMetakey(VALIDATION_PARAMETER);
  metadata.setValue(policy);
  const guard = new peer.WriteRecord();
  guard.setKey(key);
  guard.setMetadata(metadata);
  guard.setType(RECORD_TYPE.PUT_STATE_METADATA);
  return [put, guard];
}
