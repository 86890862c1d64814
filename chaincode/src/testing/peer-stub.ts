/** The calls of fabric-shim's stub that evaluations make, answered from a world state in memory. */
import { common, peer } from '@hyperledger/fabric-protos';
import type { ChaincodeStub } from 'fabric-shim-api';
import ShimStub from 'fabric-shim/lib/stub.js';
import type { WorldState } from './world-state';

/** fabric-shim's own functions for composite keys; they use nothing of the stub. */
export const shimKeys: Pick<ChaincodeStub, 'createCompositeKey' | 'splitCompositeKey'> = {
  createCompositeKey: (objectType, attributes) =>
    ShimStub.prototype.createCompositeKey.call(undefined, objectType, attributes),
  splitCompositeKey: (key) => ShimStub.prototype.splitCompositeKey.call(undefined, key),
};

/** What the shim gives of the proposal, as far as it tells which chaincode the client has called. */
export function signedProposalOf(called: string): object {
  const id = new peer.ChaincodeID();
  id.setName(called);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(id);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setExtension$(extension.serializeBinary());
  return { proposal: { header: { channelHeader } } };
}

/** What `_lifecycle` answers for a chaincode whose endorsement policy is filled in so. */
export function definitionWith(fill: (policy: peer.ApplicationPolicy) => void): {
  status: number;
  payload: Uint8Array;
} {
  const policy = new peer.ApplicationPolicy();
  fill(policy);
  const result = new peer.lifecycle.QueryChaincodeDefinitionResult();
  result.setValidationParameter(policy.serializeBinary());
  return { status: 200, payload: result.serializeBinary() };
}

/** The definition of a chaincode whose endorsement policy is one of signatures. */
export function definitionOf(signatures: Uint8Array): { status: number; payload: Uint8Array } {
  return definitionWith((policy) => {
    policy.setSignaturePolicy(common.SignaturePolicyEnvelope.deserializeBinary(signatures));
  });
}

const LARGEST = '\u{10ffff}';

function iteratorOver(items: readonly object[]): object {
  let next = 0;
  return {
    // fabric-shim gives a last answer with `done` and no value.
    next: () => Promise.resolve(next < items.length ? { value: items[next++], done: false } : { done: true }),
    close: () => Promise.resolve(),
  };
}

/** A stub that reads `world`, with Fabric's rule that a bookmark is simply where the range begins. */
export function readingStub(world: WorldState): ChaincodeStub {
  const stub = {
    splitCompositeKey: shimKeys.splitCompositeKey.bind(shimKeys),
    getStateByPartialCompositeKeyWithPagination(
      objectType: string,
      attributes: string[],
      pageSize: number,
      bookmark: string,
    ) {
      const prefix = shimKeys.createCompositeKey(objectType, attributes);
      const keys = world.range(bookmark === '' ? prefix : bookmark, prefix + LARGEST).slice(0, pageSize);
      return Promise.resolve({ iterator: iteratorOver(keys.map((key) => ({ key, value: world.value(key) }))) });
    },
    getHistoryForKey(key: string) {
      const versions = world.history(key);
      return Promise.resolve(
        iteratorOver(
          versions.map(({ transactionId, at, value }) => {
            const time = Date.parse(at);
            const timestamp = { seconds: Math.floor(time / 1000), nanos: (time % 1000) * 1_000_000 };
            return { txId: transactionId, isDelete: false, value, timestamp };
          }),
        ),
      );
    },
  };
  return stub as unknown as ChaincodeStub;
}
