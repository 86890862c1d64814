/** What clients ask a peer's Discovery service, for the tables. */
import { status as grpcStatus } from '@grpc/grpc-js';
import { discovery, gossip, msp, peer } from '@hyperledger/fabric-protos';
import { shows } from './acts';
import { type Act } from './behaviour';
import { discover, type MessageOptions, refusalOf } from './messages';

/** A chaincode call as an interest names it. */
interface Called {
  readonly name: string;
  readonly collections?: readonly string[];
  readonly onlyWrites?: boolean;
  readonly disregard?: boolean;
}

/** An interest in these calls. */
export function interest(...calls: readonly Called[]): peer.ChaincodeInterest {
  const message = new peer.ChaincodeInterest();
  message.setChaincodesList(
    calls.map(({ name, collections = [], onlyWrites = false, disregard = false }) => {
      const call = new peer.ChaincodeCall();
      call.setName(name);
      call.setCollectionNamesList([...collections]);
      call.setNoPrivateReads(onlyWrites);
      call.setDisregardNamespacePolicy(disregard);
      return call;
    }),
  );
  return message;
}

/** Fills a query with these interests: who can endorse them? */
export function chaincodeQuery(...interests: readonly peer.ChaincodeInterest[]): (query: discovery.Query) => void {
  return (query) => {
    const ccQuery = new discovery.ChaincodeQuery();
    ccQuery.setInterestsList([...interests]);
    query.setCcQuery(ccQuery);
  };
}

/** The MSP id of a peer. */
function organizationOf(found: discovery.Peer): string {
  return msp.SerializedIdentity.deserializeBinary(found.getIdentity_asU8()).getMspid();
}

/** Shows the layouts, each as the organisations whose peers it asks for, in the order of the alphabet. */
export function layouts(...calls: readonly Called[]): Act {
  return async (world) => {
    const result = await discover(world, {}, chaincodeQuery(interest(...calls)));
    const [descriptor] = result.getCcQueryRes()?.getContentList() ?? [];
    if (descriptor === undefined) return refusalOf(world, result);
    const members = new Map<string, readonly string[]>();
    descriptor.getEndorsersByGroupsMap().forEach((peers, group) => {
      members.set(group, peers.getPeersList().map(organizationOf).sort());
    });
    const shown = descriptor.getLayoutsList().map((layout) => {
      const asked: string[] = [];
      layout.getQuantitiesByGroupMap().forEach((quantity, group) => {
        asked.push(`${quantity} of ${members.get(group)?.join(' ') ?? 'nobody'}`);
      });
      return asked.sort().join(', ');
    });
    return shows(world, shown.sort());
  };
}

/** Shows how many peers each organisation has, of all or of those that a filter takes. */
export function peersOf(options: MessageOptions, filter?: peer.ChaincodeInterest): Act {
  return async (world) => {
    const result = await discover(world, options, (query) => {
      const peerQuery = new discovery.PeerMembershipQuery();
      if (filter !== undefined) peerQuery.setFilter(filter);
      query.setPeerQuery(peerQuery);
    });
    const found: [string, number][] = [];
    result
      .getMembers()
      ?.getPeersByOrgMap()
      .forEach((peers, mspId) => {
        found.push([mspId, peers.getPeersList().length]);
      });
    return result.getMembers() === undefined
      ? refusalOf(world, result)
      : shows(world, Object.fromEntries(found.filter(([, count]) => count > 0).sort()));
  };
}

/** Shows which of these chaincodes each peer says that it has; as their version peers tell the definition's sequence. */
export function chaincodesOfPeers(...names: readonly string[]): Act {
  return async (world) => {
    const result = await discover(world, {}, (query) => {
      query.setPeerQuery(new discovery.PeerMembershipQuery());
    });
    const found: [string, readonly string[]][] = [];
    result
      .getMembers()
      ?.getPeersByOrgMap()
      .forEach((peers, mspId) => {
        for (const one of peers.getPeersList()) {
          const payload = one.getStateInfo()?.getPayload_asU8() ?? new Uint8Array();
          const properties = gossip.GossipMessage.deserializeBinary(payload).getStateInfo()?.getProperties();
          const all = (properties?.getChaincodesList() ?? []).filter((chaincode) =>
            names.includes(chaincode.getName()),
          );
          found.push([mspId, all.map((chaincode) => `${chaincode.getName()} ${chaincode.getVersion()}`).sort()]);
        }
      });
    return shows(world, Object.fromEntries(found.sort()));
  };
}

/** Shows the MSPs and the ordering organisations of the channel. */
export function configuration(options: MessageOptions): Act {
  return async (world) => {
    const result = await discover(world, options, (query) => {
      query.setConfigQuery(new discovery.ConfigQuery());
    });
    const config = result.getConfigResult();
    if (config === undefined) return refusalOf(world, result);
    const mspIds: string[] = [];
    config.getMspsMap().forEach((_msp, mspId) => mspIds.push(mspId));
    const ordering: string[] = [];
    config.getOrderersMap().forEach((endpoints, mspId) => {
      if (endpoints.getEndpointList().length > 0) ordering.push(mspId);
    });
    return shows(world, { msps: mspIds.sort(), ordering: ordering.sort() });
  };
}

/** Asks for the peers that the peer knows of, without a channel; shows whether it tells. */
export function localPeers(options: MessageOptions): Act {
  return async (world) => {
    const result = await discover(world, { ...options, channel: '' }, (query) => {
      query.setLocalPeers(new discovery.LocalPeerQuery());
    });
    return result.hasMembers() ? { status: 'OK', result: 'told' } : refusalOf(world, result);
  };
}

/** Shows how a query is refused. */
export function refused(fill: (query: discovery.Query) => void): Act {
  return async (world) => refusalOf(world, await discover(world, {}, fill));
}

/** Shows whether a request in another form is answered. */
export function bound(change: (request: discovery.Request) => void, options: MessageOptions = {}): Act {
  return async (world) => {
    const result = await discover(world, options, chaincodeQuery(interest({ name: 'basic' })), change);
    return result.hasCcQueryRes() ? { status: 'OK', result: 'answered' } : refusalOf(world, result);
  };
}

/** Shows the call's own failure. */
export function malformed(change: (request: discovery.Request) => void): Act {
  return async (world) => {
    try {
      await discover(world, {}, chaincodeQuery(interest({ name: 'basic' })), change);
      return { status: 'OK' };
    } catch (error) {
      const { code, details } = error as { code?: number; details?: string };
      if (code === undefined) throw error;
      return { status: grpcStatus[code] ?? String(code), message: details ?? '' };
    }
  };
}
