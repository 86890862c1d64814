/** Gives a transaction to an orderer, as `peer channel update` does. */
import * as grpc from '@grpc/grpc-js';
import { BroadcastResponse } from '@hyperledger/fabric-protos/lib/orderer/ab_pb';
import { Status } from '@hyperledger/fabric-protos/lib/common/common_pb';
import { type Connection } from '../connection';
import { AdministrationError, OrderingRefusal } from './errors';

type OrdererConnection = Connection['orderers'][number];

const CALL_WITHIN_MS = 30_000;

/**
 * Tries one orderer after the other until one takes it.
 * @param envelope serialised
 * @throws OrderingRefusal; AdministrationError when none can be reached
 */
export async function broadcast(orderers: readonly OrdererConnection[], envelope: Uint8Array): Promise<void> {
  const failures: string[] = [];
  for (const orderer of orderers) {
    const { status, info } = await ask(orderer, envelope);
    if (status === Status.SUCCESS) return;
    // BFT: this orderer has it already, from another one that passed it on.
    if (info.includes('request already processed')) return;
    const [name = String(status)] = Object.entries(Status).find(([, value]) => value === status) ?? [];
    if (status !== Status.SERVICE_UNAVAILABLE) throw new OrderingRefusal(`${name}: ${info}`);
    failures.push(`${orderer.endpoint}: ${info}`);
  }
  throw new AdministrationError(`no orderer takes the transaction: ${failures.join('; ')}`);
}

function ask(
  { endpoint, tlsCaPem, serverName }: OrdererConnection,
  envelope: Uint8Array,
): Promise<{ readonly status: number; readonly info: string }> {
  const client = new grpc.Client(endpoint, grpc.credentials.createSsl(Buffer.from(tlsCaPem)), {
    'grpc.ssl_target_name_override': serverName,
  });
  return new Promise((resolve) => {
    const stream = client.makeBidiStreamRequest(
      '/orderer.AtomicBroadcast/Broadcast',
      (message: Uint8Array) => Buffer.from(message),
      (bytes: Buffer) => BroadcastResponse.deserializeBinary(bytes),
      { deadline: Date.now() + CALL_WITHIN_MS },
    );
    const answer = (status: number, info: string): void => {
      resolve({ status, info });
      stream.cancel();
      client.close();
    };
    stream.on('data', (response: BroadcastResponse) => {
      answer(response.getStatus(), response.getInfo());
    });
    stream.on('error', (error: Error) => {
      answer(Status.SERVICE_UNAVAILABLE, error.message);
    });
    stream.on('end', () => {
      answer(Status.SERVICE_UNAVAILABLE, 'the orderer gave no answer');
    });
    stream.write(envelope);
  });
}
