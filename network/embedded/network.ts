/** The running network: one ledger a channel, one gRPC server and one set of chaincode streams a peer. */
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { type Consortium } from '../consortium';
import { type NetworkMaterial, type NodeMaterial, type OrganizationMaterial } from '../identity/material';
import { mspAuthorities } from '../identity/authorities';
import { MspRegistry } from '../identity/msp';
import { LedgerChannel } from './channel';
import { ChaincodeStream } from './chaincode/stream';
import { Committer } from './committer/committer';
import type { OrdererEndpoint } from './discovery/config';
import { type OwnEndorsements } from './endorser/endorsements';
import { peerFailure, preProcess, processLocalProposal, processProposal } from './endorser/endorser';
import { type EndorserAnswer } from './endorser/interest';
import { ProposalError, unpackProposal } from './endorser/proposal';
import { Gateway } from './gateway/gateway';
import { addGateway } from './gateway/service';
import { ListenError } from './listenerror';
import { makeGenesis } from './ledger/genesis';
import { type Genesis, Ledger } from './ledger/ledger';
import { BlockWriter } from './orderer/blockwriter';
import { chaincodeOfPlace } from './packages/package';
import { PackageStore } from './packages/store';
import { type Peer, type RunningChannel } from './peer';
import { JoinedChannel } from './runningchannel';
import { Approvals } from './scc/lifecycle/approvals';
import { LedgerDefinitions } from './scc/lifecycle/definitions';
import { addAtomicBroadcast } from './services/atomicbroadcast';
import { addDiscovery } from './services/discovery';
import { addEndorser } from './services/endorser';
import { addPeerDeliver } from './services/peerdeliver';
import { addSnapshot } from './services/snapshot';
import { type SnapshotManagement } from './snapshot/management';
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
 * Makes an organisation's peer.
 * @param network the channels that it may join
 * @throws PackageError when an installed chaincode package is damaged.
 */
export function createPeer(
  setting: NetworkSetting,
  { mspId, caPem, peers: [first] }: OrganizationMaterial,
  { name, signer }: NodeMaterial,
  port: number,
  network: ReadonlyMap<string, RunningChannel>,
): Peer {
  const address = `localhost:${port}`;
  const localMsp = new MspRegistry(new Map([[mspId, mspAuthorities(caPem)]]));
  // The first peer's packages are where they were when there was one peer an organisation.
  const folder = join(setting.home, 'network', 'chaincodes', mspId, ...(name === first?.name ? [] : [name]));
  const packages = new PackageStore(folder, (packageId, connection) => {
    const chaincode = chaincodeOfPlace(connection.address);
    return new ChaincodeStream({
      address: chaincode === undefined ? connection.address : setting.chaincodeAddress(chaincode),
      tls: connection.tls,
      packageId,
      executeTimeoutMs: setting.executeTimeoutMs,
      launchTimeoutMs: chaincode === undefined ? connection.dialTimeoutMs : setting.launchTimeoutMs,
      logger: setting.logger.child({ mspId, peer: name }),
    });
  });
  const approvals = new Approvals(mspId);
  const channels = new Map<string, RunningChannel>();
  const snapshots = new Map<string, SnapshotManagement>();
  const snapshotFolder = join(setting.home, 'network', 'snapshots', mspId, name);
  const made = { mspId, name, address, signer, localMsp, packages, approvals, snapshots, snapshotFolder };
  return { ...made, channels, network, running: true };
}

/**
 * Puts each channel together, by the configuration that its ledger has.
 * @throws ConfigError when that is none that a channel could go by
 */
export function createChannels(
  setting: NetworkSetting,
  ledgers: ReadonlyMap<string, Ledger>,
  own: OwnEndorsements,
): ReadonlyMap<string, JoinedChannel> {
  const { consortium, material, logger } = setting;
  const [orderer] = material.orderer.nodes;
  if (orderer === undefined) throw new Error('the consortium has no orderer');
  const writer = new BlockWriter(orderer.signer);
  const channels = new Map<string, JoinedChannel>();
  for (const { name } of consortium.channels) {
    const ledger = ledgers.get(name);
    if (ledger === undefined) throw new Error(`no ledger of channel ${name} is open`);
    const channel = new LedgerChannel(name, ledger, new LedgerDefinitions(ledger));
    const committer = new Committer(channel, writer, own, logger.child({ channel: name }), setting.onFailure);
    channels.set(name, new JoinedChannel(channel, committer, logger));
  }
  return channels;
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

const GRACE_MS = 500;

/** Lets calls that are under way end, briefly; event streams never would. */
export async function stopServers(servers: readonly NodeServer[]): Promise<void> {
  const graceful = Promise.all(
    servers.map(
      ({ server }) =>
        new Promise<void>((done) => {
          server.tryShutdown(() => {
            done();
          });
        }),
    ),
  );
  const timer = setTimeout(() => {
    for (const { server } of servers) server.forceShutdown();
  }, GRACE_MS);
  await graceful;
  clearTimeout(timer);
}

/** What all nodes of the process share. */
export interface RunningNetwork {
  readonly channels: ReadonlyMap<string, RunningChannel>;
  /** All of them, also those that are stopped. */
  readonly peers: ReadonlySet<Peer>;
  readonly orderer: OrdererEndpoint;
  readonly own: OwnEndorsements;
  readonly logger: Logger;
}

/** Adds the services of a peer. */
export function servePeer({ server }: NodeServer, peer: Peer, network: RunningNetwork): void {
  const { peers, orderer, own, logger } = network;
  const mine = peer.channels;
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
  const child = logger.child({ mspId: peer.mspId, peer: peer.name });
  addGateway(server, new Gateway(mine, peer, own), child);
  addEndorser(server, process, child);
  addPeerDeliver(server, peer.mspId, mine, child);
  addDiscovery(server, { peer, channels: mine, peers, orderer }, child);
  addSnapshot(server, peer, child);
}

/** Adds the orderer's services. */
export function serveOrderer({ server }: NodeServer, { channels, orderer, logger }: RunningNetwork): void {
  addAtomicBroadcast(server, channels, logger.child({ mspId: orderer.mspId }));
}
