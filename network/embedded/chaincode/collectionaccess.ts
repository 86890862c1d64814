/** Whether the creator of a transaction may read and write a chaincode's private data: memberOnlyRead and memberOnlyWrite. */
import { type PolicySubject, evaluatePolicy } from '../../identity/policy';
import { SimulationError } from '../endorser/errors';
import { type Collections } from '../privdata/collection';

export class CollectionAccess {
  readonly #collections: Collections;
  readonly #creator: () => PolicySubject;
  readonly #isInit: boolean;

  /**
   * @param creator asked only where a collection is for its members alone
   * @param isInit whether the chaincode's Init runs, which has no private data
   */
  constructor(collections: Collections, creator: () => PolicySubject, isInit: boolean) {
    this.#collections = collections;
    this.#creator = creator;
    this.#isInit = isInit;
  }

  /** @throws SimulationError in Init. */
  requireOutsideInit(): void {
    if (this.#isInit) throw new SimulationError('private data APIs are not allowed in chaincode Init()');
  }

  /** @throws SimulationError in Init, when there is no such collection, or the creator may not read it. */
  requireRead(namespace: string, collection: string): void {
    if (!this.#may(namespace, collection, 'read')) throw denied('read', namespace, collection);
  }

  /** @throws SimulationError in Init, when there is no such collection, or the creator may not write it. */
  requireWrite(namespace: string, collection: string): void {
    if (!this.#may(namespace, collection, 'write')) throw denied('write', namespace, collection);
  }

  #may(namespace: string, collection: string, act: 'read' | 'write'): boolean {
    this.requireOutsideInit();
    const config = this.#collections.config(namespace, collection);
    if (config === undefined) {
      const { channelId } = this.#collections;
      throw new SimulationError(`collection ${channelId}/${namespace}/${collection} could not be found`);
    }
    const isRestricted = act === 'read' ? config.memberOnlyRead : config.memberOnlyWrite;
    return !isRestricted || evaluatePolicy(config.memberOrgsPolicy, [this.#creator()]);
  }
}

function denied(act: 'read' | 'write', namespace: string, collection: string): SimulationError {
  return new SimulationError(
    `tx creator does not have ${act} access permission on privatedata in ` +
      `chaincodeName:${namespace} collectionName: ${collection}`,
  );
}
