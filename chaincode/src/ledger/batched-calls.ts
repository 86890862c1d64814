/** Many keys in one message: what peers from Fabric 3.1 on offer and the Node shim does not use yet. */
import { peer } from '@hyperledger/fabric-protos';
import { Reader, Writer } from 'protobufjs/minimal';
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
      const answer = valuesOf(await this.#ask(MESSAGE_TYPE.GET_STATE_MULTIPLE, getStateMultiple(part)));
      if (answer.length !== part.length) {
        throw new StateAccessError(`the peer answered ${answer.length} values to ${part.length} keys`);
      }
      for (const value of answer) values.push(value.length === 0 ? undefined : value);
    }
    return values;
  }

  async write(writes: readonly StateWrite[]): Promise<void> {
    for (const part of chunks(writes.flatMap(recordsOf), this.#capability.maxWrite)) {
      await this.#ask(MESSAGE_TYPE.WRITE_BATCH_STATE, writeBatchState(part));
    }
  }
}

// These three messages carry a key and a value for every read and write. fabric-protos writes their strings letter by letter into lists of numbers,
// which is a fifth of a registration's time in a batch, so they are written with protobufjs by the numbers of chaincode_shim.proto's fields.
const tag = (field: number, wireType: 0 | 2): number => field * 8 + wireType;

/** GetStateMultiple of public keys. */
function getStateMultiple(keys: readonly string[]): Uint8Array {
  const writer = Writer.create();
  for (const key of keys) writer.uint32(tag(1, 2)).string(key);
  return writer.finish();
}

/** The values of a GetStateMultipleResult. @throws RangeError for what ends within a value */
function valuesOf(payload: Uint8Array): readonly Uint8Array[] {
  const reader = Reader.create(payload);
  const values: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const field = reader.uint32();
    if (field === tag(1, 2)) values.push(reader.bytes());
    else reader.skipType(field & 7);
  }
  return values;
}

type WriteRecord = Readonly<{ key: string; type: number; value?: Uint8Array; policy?: Uint8Array }>;

/** WriteBatchState of public keys' values and endorsement policies. */
function writeBatchState(records: readonly WriteRecord[]): Uint8Array {
  const writer = Writer.create();
  for (const { key, type, value, policy } of records) {
    writer.uint32(tag(1, 2)).fork().uint32(tag(1, 2)).string(key);
    if (value !== undefined) writer.uint32(tag(2, 2)).bytes(value);
    if (policy !== undefined) {
      const metadata = writer.uint32(tag(4, 2)).fork();
      metadata.uint32(tag(1, 2)).string(VALIDATION_PARAMETER).uint32(tag(2, 2)).bytes(policy).ldelim();
    }
    writer.uint32(tag(5, 0)).uint32(type).ldelim();
  }
  return writer.finish();
}

function recordsOf({ key, value, policy }: StateWrite): readonly WriteRecord[] {
  const put = { key, type: RECORD_TYPE.PUT_STATE, value };
  return policy === undefined ? [put] : [put, { key, type: RECORD_TYPE.PUT_STATE_METADATA, policy }];
}
