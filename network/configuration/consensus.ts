/** The orderers' part of a channel's configuration: who orders, by which protocol, and whose signature makes a block good. */
import * as configuration from '@hyperledger/fabric-protos/lib/common/configuration_pb';
import * as policies from '@hyperledger/fabric-protos/lib/common/policies_pb';
import * as principals from '@hyperledger/fabric-protos/lib/msp/msp_principal_pb';
import * as orderer from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import * as raft from '@hyperledger/fabric-protos/lib/orderer/etcdraft/configuration_pb';
import * as bft from '@hyperledger/fabric-protos/lib/orderer/smartbft/configuration_pb';
import { serializeIdentity } from '../identity/msp';
import { batchTimeout, parseDuration } from './batch';
import { implicitMeta, signatureEnvelope } from './group';

/** An orderer that takes part in the consensus. */
export interface Consenter {
  readonly mspId: string;
  readonly host: string;
  readonly port: number;
  /** Its enrolment certificate: a BFT consenter is known by it. */
  readonly certPem: string;
  /** Its TLS certificate, for server and client use. */
  readonly tlsCertPem: string;
}

export interface Consensus {
  /** Raft survives the stop of fewer than half of the consenters; BFT needs 3f + 1 to survive f of any behaviour. */
  readonly type: 'etcdraft' | 'BFT';
  readonly consenters: readonly Consenter[];
}

/**
 * The values of the Orderer group that depend on the consensus.
 * @param batchTimeoutMs how long a block waits for more messages: BFT has it among its own options and does not look at BatchTimeout
 */
export function consensusValues(
  consensus: Consensus,
  batchTimeoutMs: number,
): Readonly<Record<string, orderer.ConsensusType | configuration.Orderers>> {
  const type = new orderer.ConsensusType();
  type.setType(consensus.type);
  type.setState(orderer.ConsensusType.State.STATE_NORMAL);
  if (consensus.type === 'etcdraft') {
    type.setMetadata(raftMetadata(consensus.consenters).serializeBinary());
    return { ConsensusType: type };
  }
  type.setMetadata(bftOptions(batchTimeoutMs).serializeBinary());
  return { ConsensusType: type, Orderers: bftConsenters(consensus.consenters) };
}

/** Which signatures make a block good: one orderer's with Raft, a quorum of the consenters' with BFT. */
export function blockValidation(consensus: Consensus): policies.Policy {
  return consensus.type === 'BFT' ? quorumOf(consensus.consenters) : implicitMeta('ANY', 'Writers');
}

/** Fabric's sample configuration. */
const RAFT = { tick: '500ms', election: 10, heartbeat: 1, inflight: 5, snapshotBytes: 16 * 1024 * 1024 } as const;

function raftMetadata(consenters: readonly Consenter[]): raft.ConfigMetadata {
  const options = new raft.Options();
  options.setTickInterval(RAFT.tick);
  options.setElectionTick(RAFT.election);
  options.setHeartbeatTick(RAFT.heartbeat);
  options.setMaxInflightBlocks(RAFT.inflight);
  options.setSnapshotIntervalSize(RAFT.snapshotBytes);
  const metadata = new raft.ConfigMetadata();
  metadata.setOptions(options);
  metadata.setConsentersList(consenters.map(raftConsenter));
  return metadata;
}

/** A consenter as the metadata of the consensus type etcdraft hold it. */
export function raftConsenter({ host, port, tlsCertPem }: Consenter): raft.Consenter {
  const consenter = new raft.Consenter();
  consenter.setHost(host);
  consenter.setPort(port);
  consenter.setClientTlsCert(Buffer.from(tlsCertPem));
  consenter.setServerTlsCert(Buffer.from(tlsCertPem));
  return consenter;
}

/**
 * The defaults of Fabric's consensus library, but for how soon the others do without a leader that is gone: by the defaults nothing is ordered
 * for 22 seconds, here for about six. Leader rotation is off, as Fabric demands.
 */
function bftOptions(batchTimeoutMs: number): bft.Options {
  const options = new bft.Options();
  options.setRequestBatchMaxCount(100);
  options.setRequestBatchMaxBytes(10 * 1024 * 1024);
  options.setRequestBatchMaxInterval(batchTimeout(batchTimeoutMs).getTimeout());
  options.setRequestMaxBytes(10 * 1024 * 1024);
  options.setIncomingMessageBufferSize(200);
  options.setRequestPoolSize(400);
  options.setRequestForwardTimeout('1s');
  options.setRequestComplainTimeout('4s');
  options.setRequestAutoRemoveTimeout('3m0s');
  options.setViewChangeResendInterval('2s');
  options.setViewChangeTimeout('10s');
  options.setLeaderHeartbeatTimeout('10s');
  options.setLeaderHeartbeatCount(10);
  options.setCollectTimeout('1s');
  options.setLeaderRotation(bft.Options.Rotation.ROTATION_OFF);
  return options;
}

/**
 * How long a block waits for more messages where the consensus decides it.
 * @returns milliseconds; undefined where the value BatchTimeout counts
 */
export function ownBatchTimeout(type: orderer.ConsensusType): number | undefined {
  if (type.getType() !== 'BFT') return undefined;
  return parseDuration(bft.Options.deserializeBinary(type.getMetadata_asU8()).getRequestBatchMaxInterval());
}

/** The consensus, which decides it, with another such time. */
export function withBatchTimeout(type: orderer.ConsensusType, milliseconds: number): orderer.ConsensusType {
  const options = bft.Options.deserializeBinary(type.getMetadata_asU8());
  options.setRequestBatchMaxInterval(batchTimeout(milliseconds).getTimeout());
  const changed = type.clone();
  changed.setMetadata(options.serializeBinary());
  return changed;
}

function bftConsenters(consenters: readonly Consenter[]): configuration.Orderers {
  const orderers = new configuration.Orderers();
  orderers.setConsenterMappingList(consenters.map((consenter, index) => bftConsenter(consenter, index + 1)));
  return orderers;
}

/**
 * A consenter as the value Orderers holds it.
 * @param id its number among the consenters, from 1
 */
export function bftConsenter(
  { mspId, host, port, certPem, tlsCertPem }: Consenter,
  id: number,
): configuration.Consenter {
  const consenter = new configuration.Consenter();
  consenter.setId(id);
  consenter.setHost(host);
  consenter.setPort(port);
  consenter.setMspId(mspId);
  consenter.setIdentity(Buffer.from(certPem));
  consenter.setClientTlsCert(Buffer.from(tlsCertPem));
  consenter.setServerTlsCert(Buffer.from(tlsCertPem));
  return consenter;
}

/**
 * The policy BlockValidation of these BFT consenters: of n consenters, f = (n − 1) / 3 may lie; any two quorums of
 * (n + f + 1) / 2 then have an honest one in common.
 */
export function quorumOf(consenters: readonly Pick<Consenter, 'mspId' | 'certPem'>[]): policies.Policy {
  const faulty = Math.floor((consenters.length - 1) / 3);
  const gate = new policies.SignaturePolicy.NOutOf();
  gate.setN(Math.ceil((consenters.length + faulty + 1) / 2));
  gate.setRulesList(
    consenters.map((_consenter, index) => {
      const leaf = new policies.SignaturePolicy();
      leaf.setSignedBy(index);
      return leaf;
    }),
  );
  const rule = new policies.SignaturePolicy();
  rule.setNOutOf(gate);
  const envelope = new policies.SignaturePolicyEnvelope();
  envelope.setRule(rule);
  envelope.setIdentitiesList(
    consenters.map(({ mspId, certPem }) => {
      const principal = new principals.MSPPrincipal();
      principal.setPrincipalClassification(principals.MSPPrincipal.Classification.IDENTITY);
      principal.setPrincipal(serializeIdentity(mspId, certPem));
      return principal;
    }),
  );
  return signatureEnvelope(envelope);
}
