/** What becomes of private data when a transaction is endorsed: members' peers get them before anyone signs. */
import { evaluatePolicy } from '../../identity/policy';
import { ExecutionError } from '../chaincode/context';
import { type Channel, type CollectionConfig } from '../channel';
import { type Peer, peerIdentity } from '../peer';
import { type CollectionPvtReadWriteSet } from '../wire/pvtrwset';
import { type Collections } from './collection';

/**
 * Checks that each collection has as many other members' peers as it requires, then keeps the write sets for the commit. All
 * peers of this process share one transient store, so that whoever is a member has then got them.
 * @param endorser with whom the collections are as that peer knows them
 * @throws ExecutionError
 */
export async function distributePrivateData(
  txId: string,
  written: readonly CollectionPvtReadWriteSet[],
  channel: Channel,
  endorser: Peer,
  collections: Collections,
): Promise<void> {
  if (written.length === 0) return;
  for (const { namespace, collection } of written) {
    const config = collections.config(namespace, collection);
    if (config === undefined) continue;
    const eligible = eligiblePeers(config, channel, endorser);
    const required = config.requiredPeerCount;
    if (eligible >= required) continue;
    throw new ExecutionError(
      `failed to distribute private collection, txID ${txId}, channel ${channel.name}: ` +
        `could not build private data dissemination plan for chaincode ${namespace} and collection ${collection}: ` +
        `required to disseminate to at least ${required} peers, but know of only ${eligible} eligible peers`,
    );
  }
  const { ledger } = channel;
  await ledger.transient.persist(
    txId,
    ledger.height,
    written.map(({ rwset }) => rwset),
  );
}

/** The channel's other peers that the member policy admits. */
function eligiblePeers(config: CollectionConfig, channel: Channel, endorser: Peer): number {
  const peers = [...(endorser.channels.get(channel.name)?.peers.values() ?? [])].flat();
  return peers.filter(
    (peer) => peer !== endorser && evaluatePolicy(config.memberOrgsPolicy, [peerIdentity(channel, peer)]),
  ).length;
}
