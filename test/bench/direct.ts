/** Registrations by Hyperledger's own client, its own signer included, straight at a peer: a process of its own. */
import { createPrivateKey, randomUUID } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import {
  type Commit,
  connect,
  type Contract,
  type Gateway,
  GatewayError,
  type Identity,
  signers,
} from '@hyperledger/fabric-gateway';
import { gateway as wire, msp } from '@hyperledger/fabric-protos';
import { CONTRACT_FUNCTIONS, type CommandBatchResult } from '@onepledge/chaincode/model';
import { type Connection, enrol, readConnection } from '@onepledge/network';
import { BUYERS, registration, SUPPLIERS } from './receivables';
import { quantile } from './statistics';

/** What the clients do, each one thing after the other. */
export type DirectJob = Readonly<{
  home: string;
  chaincode: string;
  work:
    | Readonly<{ kind: 'prepare' }>
    | Readonly<{ kind: 'register'; clients: number; seconds: number; batch: number; firstSerial: number }>;
}>;

export type DirectResult = Readonly<{
  /** Registrations that are on the ledger. */
  done: number;
  perSecond: number;
  /** Milliseconds of one transaction. */
  p50: number;
  /** Transactions that lost a race. */
  lost: number;
  surprise: string | undefined;
}>;

const CALL_WITHIN_MS = 60_000;
const MEMBER = 'platform';

type Session = Readonly<{ connection: Connection; gateway: Gateway; contract: Contract; close: () => void }>;

async function open({ home, chaincode }: DirectJob, role: 'client' | 'admin'): Promise<Session> {
  const connection = readConnection(home);
  const peer = connection.organizations.find(({ name }) => name === MEMBER)?.peers[0];
  if (peer === undefined) throw new Error(`${MEMBER} has no peer`);
  const attributes = role === 'admin' ? { role } : {};
  const { mspId, certificatePem, privateKeyPem } = await enrol(home, MEMBER, {
    name: `bench-${role}`,
    role,
    attributes,
  });
  const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsCaPem)), {
    'grpc.ssl_target_name_override': peer.serverName,
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  const identity: Identity = { mspId, credentials: Buffer.from(certificatePem) };
  const deadline = () => ({ deadline: Date.now() + CALL_WITHIN_MS });
  const gateway = connect({
    ...{ client, identity, signer: signers.newPrivateKeySigner(createPrivateKey(privateKeyPem)) },
    ...{ evaluateOptions: deadline, endorseOptions: deadline, submitOptions: deadline, commitStatusOptions: deadline },
  });
  const close = (): void => {
    gateway.close();
    client.close();
  };
  return { connection, gateway, contract: gateway.getNetwork(connection.channel).getContract(chaincode), close };
}

/** One transaction with these commands. @returns how many were accepted; undefined when it lost a race */
async function submit(
  { gateway, contract, connection }: Session,
  commands: readonly object[],
): Promise<number | undefined> {
  const proposal = contract.newProposal(CONTRACT_FUNCTIONS.execute, { arguments: [JSON.stringify({ commands })] });
  const transaction = await proposal.endorse();
  const { accepted, results } = JSON.parse(Buffer.from(transaction.getResult()).toString('utf8')) as CommandBatchResult;
  const refused = results.find((result) => !result.ok);
  if (refused !== undefined) throw new Error(JSON.stringify(refused));
  const commit = await transaction.submit().catch((error: unknown) => {
    // The orderers do not agree on whether it was new to them, which happens under load: it may well be in a block.
    if (error instanceof GatewayError) return commitOf(gateway, connection.channel, transaction.getTransactionId());
    throw error;
  });
  const { successful } = await commit.getStatus();
  return successful ? accepted : undefined;
}

/** The question for a transaction's status, from its id alone. */
function commitOf(gateway: Gateway, channel: string, transactionId: string): Commit {
  const { mspId, credentials: certificate } = gateway.getIdentity();
  const creator = new msp.SerializedIdentity();
  creator.setMspid(mspId);
  creator.setIdBytes(certificate);
  const request = new wire.CommitStatusRequest();
  request.setChannelId(channel);
  request.setTransactionId(transactionId);
  request.setIdentity(creator.serializeBinary());
  const signed = new wire.SignedCommitStatusRequest();
  signed.setRequest(request.serializeBinary());
  return gateway.newCommit(signed.serializeBinary());
}

const register = (serial: number): object => ({
  id: randomUUID(),
  type: 'receivable.register',
  // As imports ask.
  answer: 'ID',
  ...registration(serial),
});

/** Brings the members and all companies onto the ledger: later registrations then write keys of their own only. */
async function prepare(job: DirectJob): Promise<number> {
  const admin = await open(job, 'admin');
  const { organizations } = admin.connection;
  const members = organizations.map(({ mspId, name, displayName, uscc, kinds }) => ({
    mspId,
    name,
    displayName,
    uscc,
    kinds,
  }));
  try {
    await submit(admin, [{ id: randomUUID(), type: 'member.enrol', members }]);
  } finally {
    admin.close();
  }
  const session = await open(job, 'client');
  try {
    const all = Array.from({ length: SUPPLIERS }, (_, i) => register(i + SUPPLIERS * (i % BUYERS)));
    return (await submit(session, all)) ?? 0;
  } finally {
    session.close();
  }
}

async function run(job: DirectJob): Promise<DirectResult> {
  if (job.work.kind === 'prepare') {
    return { done: await prepare(job), perSecond: Number.NaN, p50: Number.NaN, lost: 0, surprise: undefined };
  }
  const { clients, seconds, batch, firstSerial } = job.work;
  const session = await open(job, 'client');
  const times: number[] = [];
  let [serial, done, lost] = [firstSerial, 0, 0];
  let surprise: string | undefined;
  const started = performance.now();
  const end = started + seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < end && surprise === undefined) {
      const commands = Array.from({ length: batch }, () => register(serial++));
      const sent = performance.now();
      try {
        const accepted = await submit(session, commands);
        if (accepted === undefined) lost += 1;
        else done += accepted;
        times.push(performance.now() - sent);
      } catch (error) {
        const details = error instanceof GatewayError ? error.details.map(({ message }) => message).join('; ') : '';
        surprise ??= `${String(error)} ${details}`;
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const perSecond = done / ((performance.now() - started) / 1000);
  session.close();
  return { done, perSecond, p50: quantile(times, 0.5), lost, surprise };
}

process.on('message', (job: DirectJob) => {
  run(job).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ done: 0, perSecond: 0, p50: 0, lost: 0, surprise: String(error) }),
  );
});
