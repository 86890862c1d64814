/** The running network: one ledger a channel, one gRPC server and one set of chaincode streams an organisation. */
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { type ChannelSpec, type Consortium, type Organization } from '../consortium';
import { type NetworkMaterial } from '../identity/material';
import { MspRegistry } from '../identity/msp';
import { PolicyManager, usualPolicies } from '../identity/policy';
import { ChaincodeStream } from './chaincode/stream';
import { Committer } from './committer/committer';
import type { OrdererEndpoint } from './discovery/config';
import { type OwnEndorsements } from './endorser/endorsements';
import { peerFailure, preProcess, processLocalProposal, processProposal } from './endorser/endorser';
import { type EndorserAnswer } from './endorser/interest';
import { ProposalError, unpackProposal } from './endorser/proposal';
import { Gateway, type RunningChannel } from './gateway/gateway';
import { addGateway } from './gateway/service';
import { makeGenesis } from './ledger/genesis';
import { type Genesis, Ledger } from './ledger/ledger';
import { BlockWriter } from './orderer/blockwriter';
import { chaincodeOfPlace } from './packages/package';
import { PackageStore } from './packages/store';
import { type Peer } from './peer';
import { Approvals } from './scc/lifecycle/approvals';
import { LedgerDefinitions } from './scc/lifecycle/definitions';
import { addAtomicBroadcast } from './services/atomicbroadcast';
import { addDiscovery } from './services/discovery';
import { addEndorser } from './services/endorser';
import { addPeerDeliver } from './services/peerdeliver';
import { type SignedProposal } from './wire/proposal';

/** The material of one process: what all its channels and peers share. */
export interface NetworkSetting {
  readonly home: string;
  readonly consortium: Consortium;
  readonly material: NetworkMaterial;
  /** Where each chaincode listens: `host:port` or `unix:/path`. */
  readonly chaincodeAddress: (chaincodeName: string) => string;
  readonly executeTimeoutMs: number;
  readonly launchTimeoutMs: number;
  readonly logger: Logger;
  readonly onFailure: (error: Error) => void;
}

/**
 * Opens all channels' ledgers, in `<home>/network/ledger/<channel>`.
 * @throws LedgerError when another process has one open, or one is damaged.
 */
export async function openLedgers(setting: NetworkSetting): Promise<ReadonlyMap<string, Ledger>> {
  const ledgers = new Map<string, Ledger>();
  try {
    for (const channel of setting.consortium.channels) {
      const directory = join(setting.home, 'network', 'ledger', channel.name);
      const genesis = (): Promise<Genesis> => makeGenesis(setting.consortium, channel, setting.material, new Date());
      ledgers.set(channel.name, await Ledger.open(directory, genesis));
    }
    return ledgers;
  } catch (error) {
    await Promise.all([...ledgers.values()].map((ledger) => ledger.close()));
    throw error;
  }
}

/**
 * Makes each organisation's peer.
 * @throws PackageError when an installed chaincode package is damaged.
 */
export function createPeers(setting: NetworkSetting, ports: ReadonlyMap<string, number>): ReadonlyMap<string, Peer> {
  const { consortium, material, logger } = setting;
  return new Map(
    consortium.organizations.map((organization) => {
      const { mspId, name } = organization;
      const address = `localhost:${ports.get(mspId) ?? 0}`;
      const { peer: signer, caPem } = material.organization(name);
      const localMsp = new MspRegistry(new Map([[mspId, { caPem }]]));
      const packages = new PackageStore(join(setting.home, 'network', 'chaincodes', mspId), (packageId, place) => {
        const chaincode = chaincodeOfPlace(place);
        return new ChaincodeStream({
          address: chaincode === undefined ? place : setting.chaincodeAddress(chaincode),
          packageId,
          executeTimeoutMs: setting.executeTimeoutMs,
          launchTimeoutMs: setting.launchTimeoutMs,
          logger: logger.child({ mspId }),
        });
      });
      const approvals = new Approvals(mspId);
      return [mspId, { mspId, address, signer, localMsp, packages, approvals, channels: new Map() }];
    }),
  );
}

/** Puts each channel together. */
export function createChannels(
  setting: NetworkSetting,
  ledgers: ReadonlyMap<string, Ledger>,
  peers: ReadonlyMap<string, Peer>,
  own: OwnEndorsements,
): ReadonlyMap<string, RunningChannel> {
  const { consortium, material, logger } = setting;
  const [orderer] = material.orderer.nodes;
  if (orderer === undefined) throw new Error('the consortium has no orderer');
  const writer = new BlockWriter(orderer.signer);
  const channels = new Map<string, RunningChannel>();
  for (const spec of consortium.channels) {
    const ledger = ledgers.get(spec.name);
    if (ledger === undefined) throw new Error(`no ledger of channel ${spec.name} is open`);
    const members = new Set(membersOf(consortium, spec).map((organization) => organization.mspId));
    const channel = {
      name: spec.name,
      ledger,
      msps: material.mspRegistry(members),
      members,
      policies: new PolicyManager(usualPolicies([...members])),
      chaincodes: new LedgerDefinitions(ledger),
    };
    for (const mspId of members) peers.get(mspId)?.channels.set(spec.name, channel);
    channels.set(spec.name, {
      channel,
      committer: new Committer(
        channel,
        spec.blocks,
        writer,
        own,
        logger.child({ channel: spec.name }),
        setting.onFailure,
      ),
      peers: new Map([...peers].filter(([mspId]) => members.has(mspId))),
    });
  }
  return channels;
}

/** A node's port cannot be listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** A server that a node answers on, once it has been given its services. */
export interface NodeServer {
  readonly server: grpc.Server;
  readonly port: number;
}

/**
 * Listens on the loopback interface with the organisation's TLS certificate; port 0 takes any free one.
 * @param caPem the organisation's own CA: without one, gRPC loads all public ones for each server, 45 ms each.
 * @throws ListenError when the port is taken.
 */
export async function listen(
  tls: { readonly certPem: string; readonly keyPem: string },
  caPem: string,
  port: number,
): Promise<NodeServer> {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc-node.flow_control_window': 4 * 1024 * 1024,
  });
  const credentials = grpc.ServerCredentials.createSsl(Buffer.from(caPem), [
    { cert_chain: Buffer.from(tls.certPem), private_key: Buffer.from(tls.keyPem) },
  ]);
  const actual = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(new ListenError(`port ${port} cannot be listened on: ${error.message}`, { cause: error }));
    });
  });
  return { server, port: actual };
}

/** Fabric's default largest gRPC message. */
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

/** What all nodes of the process share. */
export interface RunningNetwork {
  readonly channels: ReadonlyMap<string, RunningChannel>;
  /** By MSP id. */
  readonly peers: ReadonlyMap<string, Peer>;
  readonly orderer: OrdererEndpoint;
  readonly own: OwnEndorsements;
  readonly logger: Logger;
}

/** Adds the services of one organisation's peer. */
export function servePeer({ server }: NodeServer, peer: Peer, network: RunningNetwork): void {
  const { channels, peers, orderer, own, logger } = network;
  const mine = new Map([...channels].filter(([, running]) => running.peers.has(peer.mspId)));
  const process = async (signed: SignedProposal): Promise<EndorserAnswer> => {
    const proposal = unpackProposal(signed);
    if (proposal.flaw !== undefined) throw new ProposalError(proposal.flaw);
    if (proposal.channelHeader.channelId === '') return processLocalProposal(proposal, peer, new Date());
    const running = mine.get(proposal.channelHeader.channelId);
    if (running === undefined) return peerFailure(`channel '${proposal.channelHeader.channelId}' not found`);
    preProcess(proposal, running.channel, new Date());
    const view = running.channel.ledger.acquire();
    try {
      return await processProposal(proposal, running.channel, peer, view, own);
    } finally {
      view.release();
    }
  };
  const child = logger.child({ mspId: peer.mspId });
  addGateway(server, new Gateway(mine, peer, own), child);
  addEndorser(server, process, child);
  addPeerDeliver(server, peer.mspId, mine, child);
  addDiscovery(server, { peer, channels: mine, peers: [...peers.values()], orderer }, child);
}

/** Adds the orderer's services. */
export function serveOrderer({ server }: NodeServer, { channels, orderer, logger }: RunningNetwork): void {
  addAtomicBroadcast(server, channels, orderer.mspId, logger.child({ mspId: orderer.mspId }));
}

function membersOf(consortium: Consortium, channel: ChannelSpec): readonly Organization[] {
  return consortium.organizations.filter((organization) => channel.members.includes(organization.name));
}
