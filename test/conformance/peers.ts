/** Acts for an organisation with two peers: who has endorsed, who is told of, and what goes on while one of them is stopped. */
import { X509Certificate } from 'node:crypto';
import { discovery, gossip, msp } from '@hyperledger/fabric-protos';
import { until } from '../support/wait';
import { type Call, type CallOptions, concerns, contractOf, evaluate, observing, shownEvent, shows } from './acts';
import { type Act, type Observed } from './behaviour';
import { discover } from './messages';
import { submitTransaction } from './raw';

/** Submits; shows the peers that have endorsed, by the names in their certificates. */
export function endorsers(call: Call, options: CallOptions): Act {
  return async (world) => {
    let names: readonly string[] = [];
    const observed = await submitTransaction(
      call,
      ({ endorsed }) => {
        names = endorsed.getEndorsementsList().map((endorsement) => {
          const identity = msp.SerializedIdentity.deserializeBinary(endorsement.getEndorser_asU8());
          const { subject } = new X509Certificate(identity.getIdBytes_asU8());
          return /CN=([^.]+\.[^.]+)/.exec(subject)?.[1] ?? subject;
        });
      },
      options,
    )(world);
    return { ...observed, result: JSON.stringify([...names].sort()) };
  };
}

/** Shows which peers Discovery tells of, by the endpoints that it gives. */
export function toldPeers(options: CallOptions): Act {
  return async (world) => {
    const result = await discover(world, options, (query) => {
      query.setPeerQuery(new discovery.PeerMembershipQuery());
    });
    const told: string[] = [];
    result
      .getMembers()
      ?.getPeersByOrgMap()
      .forEach((peers) => {
        for (const one of peers.getPeersList()) {
          const payload = one.getMembershipInfo()?.getPayload_asU8() ?? new Uint8Array();
          const member = gossip.GossipMessage.deserializeBinary(payload).getAliveMsg()?.getMembership();
          told.push(member?.getEndpoint() ?? '');
        }
      });
    const names = new Map(
      world.engine.organizations.flatMap(({ name, peers }) =>
        peers.map(({ endpoint }, at) => [endpoint, `peer${at}.${name}`] as const),
      ),
    );
    return shows(world, told.map((endpoint) => names.get(endpoint) ?? endpoint).sort());
  };
}

/** Acts while an organisation's second peer is stopped; it runs again afterwards, whatever becomes of them. */
export function withoutSecondPeer(organization: string, ...acts: readonly Act[]): Act {
  return async (world) => {
    await world.engine.stopPeer(organization, 'peer1');
    try {
      const each: Observed[] = [];
      for (const act of acts) each.push(await act(world));
      return { status: 'OK', each };
    } finally {
      await world.engine.startPeer(organization, 'peer1');
    }
  };
}

/** Shows the status alone: the words of a connection that fails are the client's own. */
export function statusOf(act: Act): Act {
  return async (world) => ({ status: (await act(world)).status });
}

/** Waits until a peer that was started answers, and has what was committed before. */
export function answering(call: Call, result: string, options: CallOptions): Act {
  return (world) =>
    until('the peer answers', async () => {
      const observed = await evaluate(call, options)(world);
      return observed.result === result ? observed : undefined;
    });
}

/** Shows the first of the behaviour's own events that a peer tells of, from the channel's beginning on. */
export function heard(options: CallOptions): Act {
  return (world) =>
    observing(world, 'chaincodeEvents', async () => {
      const { network } = await contractOf(world, options);
      const stream = await network.getChaincodeEvents('basic', { startBlock: 0n });
      try {
        for await (const event of stream) {
          if (concerns(world, event)) return { status: 'OK', events: [shownEvent(world, event)] };
        }
        throw new Error('the stream ended');
      } finally {
        stream.close();
      }
    });
}
