/** A channel's newest configuration block from the orderers, for whoever has no peer in the channel. */
import * as grpc from '@grpc/grpc-js';
import { Status } from '@hyperledger/fabric-protos/lib/common/common_pb';
import { DeliverResponse } from '@hyperledger/fabric-protos/lib/orderer/ab_pb';
import { lastConfigurationBlock, seekTransaction } from '../configuration';
import { type Connection } from '../connection';
import { type Signer } from '../identity/types';
import { AdministrationError } from './errors';

type OrdererConnection = Connection['orderers'][number];

const CALL_WITHIN_MS = 10_000;

/**
 * Asks one orderer after the other.
 * @param reader an identity of the channel
 * @returns a serialised common.Block
 * @throws AdministrationError when none gives it
 */
export async function orderedConfigurationBlock(
  orderers: readonly OrdererConnection[],
  channel: string,
  reader: Signer,
): Promise<Uint8Array> {
  const failures: string[] = [];
  for (const orderer of orderers) {
    try {
      const newest = await block(orderer, channel, 'newest', reader);
      return await block(orderer, channel, lastConfigurationBlock(newest), reader);
    } catch (error) {
      failures.push(`${orderer.endpoint}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new AdministrationError(`no orderer gives the configuration of ${channel}: ${failures.join('; ')}`);
}

function block(
  { endpoint, tlsCaPem, serverName }: OrdererConnection,
  channel: string,
  which: number | 'newest',
  reader: Signer,
): Promise<Uint8Array> {
  const client = new grpc.Client(endpoint, grpc.credentials.createSsl(Buffer.from(tlsCaPem)), {
    'grpc.ssl_target_name_override': serverName,
  });
  return new Promise<Uint8Array>((resolve, reject) => {
    const stream = client.makeBidiStreamRequest(
      '/orderer.AtomicBroadcast/Deliver',
      (message: Uint8Array) => Buffer.from(message),
      (bytes: Buffer) => DeliverResponse.deserializeBinary(bytes),
      { deadline: Date.now() + CALL_WITHIN_MS },
    );
    stream.on('data', (response: DeliverResponse) => {
      const found = response.getBlock();
      if (found !== undefined) resolve(found.serializeBinary());
      else {
        const status = response.getStatus();
        const [name = String(status)] = Object.entries(Status).find(([, value]) => value === status) ?? [];
        reject(new Error(name));
      }
      stream.cancel();
    });
    stream.on('error', reject);
    stream.on('end', () => {
      reject(new Error('the orderer gave no answer'));
    });
    stream.write(seekTransaction(channel, which, reader));
  }).finally(() => {
    client.close();
  });
}
