/**
 * The fourth stage: endorsement policies. Each written key is checked against its own policy where it has one, else against
 * its chaincode's, as Fabric's validation of capability V2_0 does.
 */
import { policyFromEnvelope } from '../../identity/policy';
import { type Identity } from '../../identity/types';
import { type ApplicationPolicy, type ChaincodeDefinition, type Channel, satisfies } from '../channel';
import { validationParameter } from '../endorser/metadata';
import { type StateView } from '../ledger/state';
import { findCollection } from '../privdata/collection';
import { hashedKey, hashedNamespace } from '../privdata/namespaces';
import { type NamespaceReadWriteSet } from '../wire/rwset';
import { TxValidationCode } from './codes';
import { Invalid } from './invalid';

/** Validates the transactions of one block, in their order. */
export class KeyLevelValidator {
  readonly #channel: Channel;
  readonly #view: StateView;
  /** Keys whose metadata transactions of this block write, of those that were valid so far. */
  readonly #updated = new Map<string, Set<string>>();

  /** @param view the state before the block; released by its maker. */
  constructor(channel: Channel, view: StateView) {
    this.#channel = channel;
    this.#view = view;
  }

  /**
   * Checks all writes to one chaincode's namespace.
   * @throws Invalid (ENDORSEMENT_POLICY_FAILURE)
   */
  validate(
    sets: readonly NamespaceReadWriteSet[],
    definition: ChaincodeDefinition,
    endorsers: readonly Identity[],
  ): void {
    const evaluator = new NamespaceEvaluator(this.#channel, definition, endorsers);
    for (const set of sets) {
      if (set.namespace !== definition.name) continue;
      for (const { key } of set.writes) this.#checkKey(set.namespace, key, evaluator);
      for (const { key } of set.metadataWrites) this.#checkKey(set.namespace, key, evaluator);
      for (const { collection, writes, metadataWrites } of set.collections) {
        const hashed = hashedNamespace(set.namespace, collection);
        for (const { keyHash } of [...writes, ...metadataWrites]) {
          this.#checkKey(hashed, hashedKey(keyHash), evaluator, collection);
        }
      }
    }
    evaluator.finish();
  }

  /**
   * Takes up a transaction that satisfied all policies. Later ones of the block must not rely on the policies of keys that
   * it changes; what its versions come to in the end does not matter.
   */
  taken(sets: readonly NamespaceReadWriteSet[]): void {
    for (const { namespace, metadataWrites, collections } of sets) {
      for (const { key } of metadataWrites) this.#changed(namespace, key);
      for (const set of collections) {
        const hashed = hashedNamespace(namespace, set.collection);
        for (const { keyHash } of set.metadataWrites) this.#changed(hashed, hashedKey(keyHash));
      }
    }
  }

  #changed(namespace: string, key: string): void {
    let keys = this.#updated.get(namespace);
    if (keys === undefined) this.#updated.set(namespace, (keys = new Set()));
    keys.add(key);
  }

  /** @param namespace of a collection's keys, which are hashes, the one of its hashes */
  #checkKey(namespace: string, key: string, evaluator: NamespaceEvaluator, collection?: string): void {
    if (this.#updated.get(namespace)?.has(key) === true) {
      throw failure(`the policy of key ${key} of ${namespace} was changed by a transaction before in this block`);
    }
    const parameter = validationParameter(this.#view.metadata(namespace, key));
    if (parameter !== undefined && parameter.length > 0) evaluator.checkKeyPolicy(key, parameter);
    else if (collection !== undefined) evaluator.checkCollectionPolicy(collection);
    else evaluator.checkChaincodePolicy();
  }
}

/** What one transaction's endorsers have been found to satisfy in one namespace: no policy is evaluated twice. */
class NamespaceEvaluator {
  readonly #channel: Channel;
  readonly #definition: ChaincodeDefinition;
  readonly #endorsers: readonly Identity[];
  #chaincodePolicyChecked = false;
  #anyChecked = false;
  readonly #collectionsChecked = new Set<string>();
  readonly #keyPoliciesChecked = new Set<string>();

  constructor(channel: Channel, definition: ChaincodeDefinition, endorsers: readonly Identity[]) {
    this.#channel = channel;
    this.#definition = definition;
    this.#endorsers = endorsers;
  }

  /** @throws Invalid */
  checkChaincodePolicy(): void {
    if (this.#chaincodePolicyChecked) return;
    const { name, endorsementPolicy } = this.#definition;
    this.#require(endorsementPolicy, `the policy of chaincode ${name}`);
    this.#chaincodePolicyChecked = true;
  }

  /**
   * A collection without a policy has its chaincode's.
   * @throws Invalid
   */
  checkCollectionPolicy(name: string): void {
    if (this.#collectionsChecked.has(name)) return;
    const collection = findCollection(this.#definition, name);
    if (collection === undefined) throw failure(`${this.#definition.name} has no collection ${name}`);
    const { endorsementPolicy } = collection;
    if (endorsementPolicy === undefined) {
      this.checkChaincodePolicy();
      return;
    }
    this.#require(endorsementPolicy, `the policy of collection ${name} of ${this.#definition.name}`);
    this.#collectionsChecked.add(name);
    this.#anyChecked = true;
  }

  /** @throws Invalid */
  checkKeyPolicy(key: string, parameter: Buffer): void {
    const identity = parameter.toString('latin1');
    if (this.#keyPoliciesChecked.has(identity)) return;
    this.#require(keyPolicy(key, parameter), `the policy of key ${key} of ${this.#definition.name}`);
    this.#keyPoliciesChecked.add(identity);
    this.#anyChecked = true;
  }

  /**
   * At least one policy has to be satisfied, also by a transaction that writes nothing.
   * @throws Invalid
   */
  finish(): void {
    if (!this.#anyChecked) this.checkChaincodePolicy();
  }

  #require(policy: ApplicationPolicy, what: string): void {
    if (satisfies(this.#channel, policy, this.#endorsers)) return;
    const by = this.#endorsers.map(({ mspId, role }) => `${mspId}.${role ?? 'member'}`).join(', ');
    throw failure(`${what} is not satisfied by [${by}]`);
  }
}

/** A policy that cannot be read is one that nobody satisfies. */
function keyPolicy(key: string, parameter: Buffer): ApplicationPolicy {
  try {
    return { kind: 'signature', policy: policyFromEnvelope(parameter) };
  } catch (error) {
    throw failure(`the policy of key ${key} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function failure(reason: string): Invalid {
  return new Invalid(TxValidationCode.ENDORSEMENT_POLICY_FAILURE, reason);
}
