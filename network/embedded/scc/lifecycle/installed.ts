/** Which packages a peer has installed, and which committed chaincodes run from them. */
import { type ChaincodeStream } from '../../chaincode/stream';
import { type Channel } from '../../channel';
import { type Peer } from '../../peer';
import { type InstalledChaincode } from '../../wire/lifecycle';

interface Reference {
  readonly channel: string;
  readonly name: string;
  readonly version: string;
  readonly packageId: string;
}

export function installedChaincodes(peer: Peer): readonly InstalledChaincode[] {
  const references = referencesOf(peer);
  return [...peer.packages.list()].map(([packageId, label]) => ({
    packageId,
    label,
    references: byChannel(references.filter((reference) => reference.packageId === packageId)),
  }));
}

/** Undefined: the peer does not have the package. */
export function installedChaincode(packageId: string, peer: Peer): InstalledChaincode | undefined {
  return installedChaincodes(peer).find((installed) => installed.packageId === packageId);
}

/** The packages by which the peer runs what is committed on its channels. */
function referencesOf(peer: Peer): readonly Reference[] {
  return [...peer.channels.values()].flatMap(({ channel }) => onChannel(channel, peer));
}

function onChannel(channel: Channel, peer: Peer): readonly Reference[] {
  const view = channel.ledger.acquire();
  try {
    return channel.chaincodes.names().flatMap((name) => {
      const definition = channel.chaincodes.get(name, view);
      const approval =
        definition === undefined ? undefined : peer.approvals.of(channel.name, name, definition.sequence, view);
      if (definition === undefined || approval === undefined) return [];
      return [{ channel: channel.name, name, version: definition.version, packageId: approval.packageId }];
    });
  } finally {
    view.release();
  }
}

function byChannel(references: readonly Reference[]): InstalledChaincode['references'] {
  const channels = new Map<string, { readonly name: string; readonly version: string }[]>();
  for (const { channel, name, version } of references) {
    const list = channels.get(channel) ?? [];
    list.push({ name, version });
    channels.set(channel, list);
  }
  return channels;
}

/**
 * Begins to connect to the chaincodes that are committed, approved and installed.
 * @returns the streams to those that the network was told the address of: they are to come before it is ready. Others, as
 * in Fabric, may come when they like.
 */
export function launchCommitted(peer: Peer): readonly ChaincodeStream[] {
  const packageIds = new Set(referencesOf(peer).map(({ packageId }) => packageId));
  return [...packageIds].flatMap((packageId) => {
    const stream = peer.packages.stream(packageId);
    return stream !== undefined && peer.packages.isOfNetwork(packageId) ? [stream] : [];
  });
}
