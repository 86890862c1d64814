/** What peers tell of the network: members, configuration, and whom to ask for endorsements. */
import { status as grpcStatus } from '@grpc/grpc-js';
import { discovery, gossip, msp, peer } from '@hyperledger/fabric-protos';
import { shows } from '../acts';
import { type Act, type Topic } from '../behaviour';
import { discover, type MessageOptions, refusalOf } from '../messages';

interface Called {
  readonly name: string;
  readonly collections?: readonly string[];
  readonly onlyWrites?: boolean;
  readonly disregard?: boolean;
}

function interest(...calls: readonly Called[]): peer.ChaincodeInterest {
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

function chaincodeQuery(...interests: readonly peer.ChaincodeInterest[]): (query: discovery.Query) => void {
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
function layouts(...calls: readonly Called[]): Act {
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

function peersOf(options: MessageOptions, filter?: peer.ChaincodeInterest): Act {
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
function chaincodesOfPeers(...names: readonly string[]): Act {
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

function configuration(options: MessageOptions): Act {
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

/** Asks who listens at the peer's own organisation's request, without a channel. */
function localPeers(options: MessageOptions): Act {
  return async (world) => {
    const result = await discover(world, { ...options, channel: '' }, (query) => {
      query.setLocalPeers(new discovery.LocalPeerQuery());
    });
    return result.hasMembers() ? { status: 'OK', result: 'told' } : refusalOf(world, result);
  };
}

function refused(fill: (query: discovery.Query) => void): Act {
  return async (world) => refusalOf(world, await discover(world, {}, fill));
}

/** Shows whether a request in another form is answered. */
function bound(change: (request: discovery.Request) => void, options: MessageOptions = {}): Act {
  return async (world) => {
    const result = await discover(world, options, chaincodeQuery(interest({ name: 'basic' })), change);
    return result.hasCcQueryRes() ? { status: 'OK', result: 'answered' } : refusalOf(world, result);
  };
}

/** Shows the call's own failure. */
function malformed(change: (request: discovery.Request) => void): Act {
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

const ALL = { Org1MSP: 1, Org2MSP: 1, Org3MSP: 1 };

export const discovering: Topic = {
  name: 'discovering',
  behaviours: [
    { name: "tells of the channel's peers", call: peersOf({}), expect: { result: ALL } },
    {
      name: 'tells of the peers that have a chaincode',
      call: peersOf({}, interest({ name: 'basic' })),
      expect: { result: ALL },
    },
    {
      name: 'tells of the peers that may read a collection',
      call: peersOf({}, interest({ name: 'vault', collections: ['pair'] })),
      expect: { result: { Org1MSP: 1, Org2MSP: 1 } },
    },
    {
      name: "tells of a channel's members only",
      call: peersOf({ channel: 'beta' }),
      expect: { result: { Org1MSP: 1, Org2MSP: 1 } },
    },
    {
      name: "tells the members' and the orderers' MSPs, and where orderers listen",
      call: configuration({}),
      expect: { result: { msps: ['OrdererMSP', 'Org1MSP', 'Org2MSP', 'Org3MSP'], ordering: ['OrdererMSP'] } },
    },
    {
      name: 'lists every two of three for a policy that needs two',
      call: layouts({ name: 'basic' }),
      expect: {
        result: ['1 of Org1MSP, 1 of Org2MSP', '1 of Org1MSP, 1 of Org3MSP', '1 of Org2MSP, 1 of Org3MSP'],
      },
    },
    {
      name: 'lists each for a policy that needs one',
      call: layouts({ name: 'any' }),
      expect: { result: ['1 of Org1MSP', '1 of Org2MSP', '1 of Org3MSP'] },
    },
    {
      name: 'lists one way for a policy that needs all',
      call: layouts({ name: 'all' }),
      expect: { result: ['1 of Org1MSP, 1 of Org2MSP, 1 of Org3MSP'] },
    },
    {
      name: "lists what a policy by the channel's configuration needs",
      call: layouts({ name: 'most' }),
      expect: {
        result: ['1 of Org1MSP, 1 of Org2MSP', '1 of Org1MSP, 1 of Org3MSP', '1 of Org2MSP, 1 of Org3MSP'],
      },
    },
    {
      name: 'lists what satisfies the policies of two chaincodes',
      call: layouts({ name: 'any' }, { name: 'basic' }),
      expect: {
        result: ['1 of Org1MSP, 1 of Org2MSP', '1 of Org1MSP, 1 of Org3MSP', '1 of Org2MSP, 1 of Org3MSP'],
      },
    },
    {
      name: 'lists only those who may read a collection',
      call: layouts({ name: 'vault', collections: ['pair'] }),
      expect: { result: ['1 of Org1MSP', '1 of Org2MSP'] },
    },
    {
      name: 'lists others too for a collection that is written only',
      call: layouts({ name: 'vault', collections: ['pair'], onlyWrites: true }),
      expect: { result: ['1 of Org1MSP', '1 of Org2MSP', '1 of Org3MSP'] },
    },
    {
      name: "goes by a collection's own policy",
      call: layouts({ name: 'vault', collections: ['strict'] }),
      expect: { result: ['1 of Org1MSP, 1 of Org2MSP'] },
    },
    {
      name: 'lists whose endorsements the lifecycle needs',
      call: layouts({ name: '_lifecycle' }),
      expect: {
        result: ['1 of Org1MSP, 1 of Org2MSP', '1 of Org1MSP, 1 of Org3MSP', '1 of Org2MSP, 1 of Org3MSP'],
      },
    },
    {
      name: 'tells of the peers that have the lifecycle, which are all',
      call: peersOf({}, interest({ name: '_lifecycle' })),
      expect: { result: ALL },
    },
    {
      name: "tells of peers' chaincodes, the lifecycle among them",
      call: chaincodesOfPeers('basic', '_lifecycle', 'qscc'),
      expect: {
        result: {
          Org1MSP: ['_lifecycle 1', 'basic 1'],
          Org2MSP: ['_lifecycle 1', 'basic 1'],
          Org3MSP: ['_lifecycle 1', 'basic 1'],
        },
      },
    },
    {
      name: 'knows no other system chaincode',
      call: layouts({ name: 'qscc' }),
      expect: { result: /failed constructing descriptor for chaincodes:\{name:\\?"qscc/ },
    },
    {
      name: 'refuses to disregard the only policy',
      call: layouts({ name: 'basic', disregard: true }),
      expect: { result: /failed constructing descriptor for chaincodes:\{/ },
    },
    {
      name: 'knows no chaincode that is not defined',
      call: layouts({ name: 'nothing' }),
      expect: { result: /failed constructing descriptor for chaincodes:\{name:\\?"nothing/ },
    },
    {
      name: 'needs an interest',
      call: refused(chaincodeQuery()),
      expect: { result: 'chaincode query must have at least one chaincode interest' },
    },
    {
      name: 'needs a chaincode in the interest',
      call: refused(chaincodeQuery(interest())),
      expect: { result: 'chaincode interest must contain at least one chaincode' },
    },
    {
      name: 'needs the name of the chaincode',
      call: refused(chaincodeQuery(interest({ name: '' }))),
      expect: { result: 'chaincode name in interest cannot be empty' },
    },
    {
      name: 'needs a question',
      call: refused(() => undefined),
      expect: { result: 'unknown or missing request type' },
    },
    {
      name: 'is not for those who are not in the channel',
      call: configuration({ as: 'org3', at: 'org1', channel: 'beta' }),
      expect: { result: 'access denied' },
    },
    {
      name: 'tells nobody which channels there are',
      call: configuration({ channel: 'nowhere' }),
      expect: { result: 'access denied' },
    },
    {
      name: 'is not for a forged signature',
      call: configuration({ forged: true }),
      expect: { result: 'access denied' },
    },
    {
      name: 'is not for an unknown organisation',
      call: configuration({ mspId: 'Org9MSP' }),
      expect: { result: 'access denied' },
    },
    {
      name: "without a channel is for the peer's administrators",
      call: localPeers({ as: 'org1/admin' }),
      expect: { result: 'told' },
    },
    {
      name: 'without a channel is not for clients',
      call: localPeers({}),
      expect: { result: 'access denied' },
    },
    {
      name: "without a channel is not for other organisations' administrators",
      call: localPeers({ as: 'org2/admin', at: 'org1' }),
      expect: { result: 'access denied' },
    },
    {
      name: 'needs to know who asks',
      call: malformed((request) => {
        request.clearAuthentication();
      }),
      expect: { status: 'UNKNOWN', message: 'access denied, no authentication info in request' },
    },
    {
      name: 'asks for no TLS certificate, as peers do not',
      call: bound((request) => request.getAuthentication()?.setClientTlsCertHash(''), { withoutCertificate: true }),
      expect: { result: 'answered' },
    },
    {
      name: 'does not compare the hash of a TLS certificate with that of the connection',
      call: bound((request) => request.getAuthentication()?.setClientTlsCertHash(Buffer.alloc(32))),
      expect: { result: 'answered' },
    },
    {
      name: 'needs an identity',
      call: malformed((request) => request.getAuthentication()?.setClientIdentity('')),
      expect: { status: 'UNKNOWN', message: "access denied, client identity wasn't supplied" },
    },
  ],
};
