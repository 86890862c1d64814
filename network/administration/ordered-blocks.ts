/** A channel's newest configuration block from the orderers, for whoever has no peer in the channel. */
import { DeliverResponse } from '@hyperledger/fabric-protos/lib/orderer/ab_pb';
import { lastConfigurationBlock, seekTransaction } from '../configuration';
import { type Signer } from '../identity/types';
import { AdministrationError } from './errors';
import { callOrderer, type OrdererConnection, statusName } from './orderer-call';

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

async function block(
  orderer: OrdererConnection,
  channel: string,
  which: number | 'newest',
  reader: Signer,
): Promise<Uint8Array> {
  const wanted = seekTransaction(channel, which, reader);
  const deserialize = (bytes: Buffer): DeliverResponse => DeliverResponse.deserializeBinary(bytes);
  const response = await callOrderer(orderer, 'Deliver', wanted, deserialize, CALL_WITHIN_MS);
  const found = response.getBlock();
  if (found === undefined) throw new Error(statusName(response.getStatus()));
  return found.serializeBinary();
}
