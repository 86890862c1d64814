/** What administrators ask a peer's Snapshot service, for the tables. */
import { randomBytes } from 'node:crypto';
import * as grpc from '@grpc/grpc-js';
import { common, peer } from '@hyperledger/fabric-protos';
import { until } from '../support/wait';
import { contractOf, heightOf, shows } from './acts';
import { type Act, type Observed } from './behaviour';
import { callOnce, type MessageOptions, peerOf } from './messages';
import { type Client, type World } from './world';

/** Who asks is org1's administrator unless it is said. */
export interface SnapshotOptions extends Pick<MessageOptions, 'as' | 'at' | 'channel' | 'forged'> {
  /** The request is these bytes instead. */
  readonly bytes?: Uint8Array;
  /** The request says nothing of who asks. */
  readonly nameless?: boolean;
}

/** Asks for a snapshot at a block; 0 is the last one. */
export function submitRequest(block: number, options: SnapshotOptions = {}): Act {
  return requesting('Generate', block, options);
}

/** Takes the request back. */
export function cancelRequest(block: number, options: SnapshotOptions = {}): Act {
  return requesting('Cancel', block, options);
}

/** Shows the blocks that snapshots are asked for at, of those from one up to another. */
export function pendingRequests(from: number, to: number, options: SnapshotOptions = {}): Act {
  return async (world) => {
    const answer = await call(world, 'QueryPendings', 0, options);
    return 'status' in answer
      ? answer
      : shows(
          world,
          blocksOf(answer).filter((block) => block >= from && block <= to),
        );
  };
}

/** Asks for one at the channel's last block and waits until it is asked for no more; shows whether there was any to wait for. */
export function generated(options: SnapshotOptions = {}): Act {
  return async (world) => {
    const { network } = await contractOf(world, {
      as: options.as ?? 'org1',
      channel: options.channel ?? 'alpha',
    });
    const last = (await heightOf(network)) - 1;
    const submitted = await submitRequest(0, options)(world);
    if (submitted.status !== 'OK') return submitted;
    await until('the snapshot is made', async () => {
      const answer = await call(world, 'QueryPendings', 0, options);
      if ('status' in answer) throw new Error(answer.message);
      return blocksOf(answer).includes(last) ? undefined : true;
    });
    return { status: 'OK', result: 'made' };
  };
}

function blocksOf(answer: Buffer): readonly number[] {
  return peer.QueryPendingSnapshotsResponse.deserializeBinary(answer).getBlockNumbersList();
}

function requesting(method: 'Generate' | 'Cancel', block: number, options: SnapshotOptions): Act {
  return async (world) => {
    const answer = await call(world, method, block, options);
    return 'status' in answer ? answer : { status: 'OK', result: 'taken' };
  };
}

async function call(
  world: World,
  method: 'Generate' | 'Cancel' | 'QueryPendings',
  block: number,
  options: SnapshotOptions,
): Promise<Buffer | Observed> {
  const client = await world.client(options.as ?? 'org1/admin');
  const signed = new peer.SignedSnapshotRequest();
  signed.setRequest(options.bytes ?? request(client, block, options));
  const message = options.forged === true ? Buffer.from('else') : signed.getRequest_asU8();
  signed.setSignature(client.signer.sign(message));
  const connection = peerOf(world, options.at ?? 'org1');
  try {
    return await callOnce(connection, `/protos.Snapshot/${method}`, signed.serializeBinary());
  } catch (error) {
    const { code, details } = error as grpc.ServiceError;
    return { status: grpc.status[code], message: world.hide(details) };
  } finally {
    connection.close();
  }
}

function request({ signer }: Client, block: number, { channel, nameless }: SnapshotOptions): Uint8Array {
  const header = new common.SignatureHeader();
  header.setCreator(signer.serialized);
  header.setNonce(randomBytes(24));
  const message = new peer.SnapshotRequest();
  if (nameless !== true) message.setSignatureHeader(header);
  message.setChannelId(channel ?? 'alpha');
  message.setBlockNumber(block);
  return message.serializeBinary();
}
