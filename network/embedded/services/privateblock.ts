/** The private data that a reader of blocks may see, of those that the peer has. */
import { status } from '@grpc/grpc-js';
import { evaluatePolicy } from '../../identity/policy';
import { type Identity } from '../../identity/types';
import { GatewayError } from '../gateway/errors';
import { type ChaincodeDefinition } from '../channel';
import { findCollection } from '../privdata/collection';
import { collectionsBelow } from '../scc/lifecycle/collectionhistory';
import { type Block } from '../wire/block';
import { type CollectionPvtReadWriteSet, decodeTxPvtReadWriteSet, encodeTxPvtReadWriteSet } from '../wire/pvtrwset';
import { type RunningChannel } from '../peer';

/**
 * Serialised TxPvtReadWriteSet messages by the transactions' positions in the block. Only collections with memberOnlyRead are
 * kept from readers of other organisations: who may read blocks of a member's peer may read the other collections there. What counts
 * is the definition that was in force before the block.
 * @param mspId whose peer is asked
 * @throws GatewayError when a collection was not defined then
 */
export async function privateDataFor(
  block: Block,
  { channel }: RunningChannel,
  mspId: string,
  reader: Identity,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const { number } = block.header;
  const defined = new Map<string, ChaincodeDefinition['collections']>();
  const isEligible = async ({ namespace, collection }: CollectionPvtReadWriteSet): Promise<boolean> => {
    const collections = defined.get(namespace) ?? (await collectionsBelow(channel.ledger, namespace, number));
    defined.set(namespace, collections);
    const config = findCollection({ collections }, collection);
    if (config === undefined) {
      throw new GatewayError(
        status.UNKNOWN,
        `no collection config was found for collection ${collection} for chaincode ${namespace}`,
      );
    }
    return !config.memberOnlyRead || evaluatePolicy(config.memberOrgsPolicy, [reader]);
  };
  const visible = new Map<number, Uint8Array>();
  for (const { tx, writeSet } of await channel.ledger.privateData(number, mspId)) {
    const eligible: CollectionPvtReadWriteSet[] = [];
    for (const set of decodeTxPvtReadWriteSet(writeSet)) if (await isEligible(set)) eligible.push(set);
    if (eligible.length > 0) visible.set(tx, encodeTxPvtReadWriteSet(eligible));
  }
  return visible;
}
