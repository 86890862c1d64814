/** One message to an orderer, and its answer. */
import * as grpc from '@grpc/grpc-js';
import { Status } from '@hyperledger/fabric-protos/lib/common/common_pb';
import { type Connection } from '../connection';

export type OrdererConnection = Connection['orderers'][number];

/**
 * Sends a message by one of the two calls of AtomicBroadcast and takes the first answer.
 * @param message serialised
 * @param withinMs how long the answer may take
 * @throws Error when there is no answer
 */
export function callOrderer<T>(
  { endpoint, tlsCaPem, serverName }: OrdererConnection,
  call: 'Broadcast' | 'Deliver',
  message: Uint8Array,
  deserialize: (bytes: Buffer) => T,
  withinMs: number,
): Promise<T> {
  const client = new grpc.Client(endpoint, grpc.credentials.createSsl(Buffer.from(tlsCaPem)), {
    'grpc.ssl_target_name_override': serverName,
  });
  return new Promise<T>((resolve, reject) => {
    const stream = client.makeBidiStreamRequest(
      `/orderer.AtomicBroadcast/${call}`,
      (bytes: Uint8Array) => Buffer.from(bytes),
      deserialize,
      { deadline: Date.now() + withinMs },
    );
    stream.on('data', (answer: T) => {
      resolve(answer);
      stream.cancel();
    });
    stream.on('error', reject);
    stream.on('end', () => {
      reject(new Error('the orderer gave no answer'));
    });
    stream.write(message);
  }).finally(() => {
    client.close();
  });
}

/** A status as Fabric writes it: `SERVICE_UNAVAILABLE`. */
export function statusName(status: number): string {
  const [name = String(status)] = Object.entries(Status).find(([, value]) => value === status) ?? [];
  return name;
}
