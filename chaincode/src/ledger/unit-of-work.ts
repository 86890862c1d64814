/** A unit of work: what one transaction read, and on top of it what its commands have changed so far. */
import type { DomainEvent } from '../model/event';
import type { Guard } from '../domain/guard';
import { InvariantViolation } from '../domain/invariants';
import { guardedPolicy, type EndorsementPolicy } from './endorsement-policy';
import type { Key } from './key';
import type { StateAccess, StateWrite } from './state-access';
import { decodeStored, encodeStored, type StoredChange, UnknownSchema } from './stored';

/** A command was about to decide without having read. A fault in the program. */
export class NotLoaded extends Error {
  override readonly name = 'NotLoaded';
}

type Slot = {
  key: Key<unknown>;
  record: unknown;
  fault?: InvariantViolation | UnknownSchema;
  changed: boolean;
  changes: StoredChange[];
};

/**
 * Fabric shows no transaction its own writes, so commands that share a transaction see each other's changes here.
 * Reads go out in batches before a command decides, writes once at the end.
 */
export class UnitOfWork {
  readonly #access: StateAccess;
  readonly #slots = new Map<string, Slot>();
  readonly #events: DomainEvent[] = [];

  constructor(access: StateAccess) {
    this.#access = access;
  }

  /** Reads those of the keys that were not read before, in one batch. */
  async load(keys: readonly Key<unknown>[]): Promise<void> {
    const missing = [
      ...new Map(keys.filter((key) => !this.#slots.has(key.text)).map((key) => [key.text, key])).values(),
    ];
    if (missing.length === 0) return;
    const values = await this.#access.read(missing.map((key) => key.text));
    for (const [index, key] of missing.entries()) {
      const value = values[index];
      this.#slots.set(key.text, { key, ...readOf(key, value), changed: false, changes: [] });
    }
  }

  /** Whether a key was read. */
  has(key: Key<unknown>): boolean {
    return this.#slots.has(key.text);
  }

  /**
   * The record under a key as the commands before have left it, undefined when there is none.
   * @throws NotLoaded when it was not read; InvariantViolation where what stands there cannot be, UnknownSchema where a later version wrote it.
   */
  get<T>(key: Key<T>): T | undefined {
    const slot = this.#slots.get(key.text);
    if (slot === undefined) throw new NotLoaded(JSON.stringify(key.text));
    if (slot.fault !== undefined) throw slot.fault;
    return slot.record as T | undefined;
  }

  /** As `get`, and undefined also where what stands there cannot be gone by: for lists, which name it instead. */
  find<T>(key: Key<T>): T | undefined {
    return this.isFaulty(key) ? undefined : this.get(key);
  }

  /** Whether what was read under a key cannot be gone by. */
  isFaulty(key: Key<unknown>): boolean {
    return this.#slots.get(key.text)?.fault !== undefined;
  }

  /** Notes an event of the transaction. @returns it with its number, to be stored with the records that it changed. */
  emit(event: DomainEvent): StoredChange {
    this.#events.push(event);
    return { n: this.#events.length - 1, event };
  }

  /** Sets the record under a key. Where a record changes twice in a transaction, its value lists both changes. */
  put<T>(key: Key<T>, record: T, change?: StoredChange): void {
    const slot = this.#slots.get(key.text) ?? { key, record: undefined, changed: false, changes: [] };
    if (slot.fault !== undefined) throw slot.fault;
    slot.record = record;
    slot.changed = true;
    if (change !== undefined) slot.changes.push(change);
    this.#slots.set(key.text, slot);
  }

  /** The events so far, in order. */
  get events(): readonly DomainEvent[] {
    return this.#events;
  }

  /**
   * Writes what was changed, once, and with each guarded record the policy of its key: also where the guards are the same as before, so
   * that a new policy of the chaincode reaches a key with its next change. Never none: a key whose policy is empty has no endorsers.
   * @param ownPolicy gives the chaincode's own endorsement policy; asked only where something is guarded.
   */
  async flush(ownPolicy: () => Promise<EndorsementPolicy>): Promise<void> {
    const changed = [...this.#slots.values()].filter((slot) => slot.changed);
    if (changed.length === 0) return;
    const guards = changed.map(({ key, record }) => key.guard?.(record));
    const own = guards.some((guard) => guard !== undefined) ? await ownPolicy() : undefined;
    // A group's commands are of one actor, so most guards are the same one.
    const policies = new Map<string, EndorsementPolicy>();
    const policyOf = (guard: Guard | undefined): EndorsementPolicy | undefined => {
      if (guard === undefined || own === undefined) return undefined;
      const policy = policies.get(guard.join()) ?? guardedPolicy(own, guard);
      policies.set(guard.join(), policy);
      return policy;
    };
    await this.#access.write(
      changed.map(({ key, record, changes }, index): StateWrite => {
        const policy = policyOf(guards[index]);
        const value = encodeStored(key.codec, { record, changes });
        return { key: key.text, value, ...(policy === undefined ? {} : { policy }) };
      }),
    );
  }
}

function readOf(key: Key<unknown>, value: Uint8Array | undefined): Pick<Slot, 'record' | 'fault'> {
  if (value === undefined) return { record: undefined };
  let record: unknown;
  try {
    record = decodeStored(key.codec, value).record;
    key.check?.(record);
    return { record };
  } catch (error) {
    if (error instanceof InvariantViolation || error instanceof UnknownSchema) return { record, fault: error };
    // Forged in a form that no rule writes: it is this one thing that cannot be gone by, and not the list that it would stand in.
    return { record, fault: new InvariantViolation(`what stands under ${JSON.stringify(key.text)}`, 'it can be read') };
  }
}
