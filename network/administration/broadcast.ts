/** Gives a transaction to an orderer, as `peer channel update` does. */
import { BroadcastResponse } from '@hyperledger/fabric-protos/lib/orderer/ab_pb';
import { Status } from '@hyperledger/fabric-protos/lib/common/common_pb';
import { AdministrationError, OrderingRefusal } from './errors';
import { callOrderer, type OrdererConnection, statusName } from './orderer-call';

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
    if (status !== Status.SERVICE_UNAVAILABLE) throw new OrderingRefusal(`${statusName(status)}: ${info}`);
    failures.push(`${orderer.endpoint}: ${info}`);
  }
  throw new AdministrationError(`no orderer takes the transaction: ${failures.join('; ')}`);
}

async function ask(
  orderer: OrdererConnection,
  envelope: Uint8Array,
): Promise<{ readonly status: number; readonly info: string }> {
  const deserialize = (bytes: Buffer): BroadcastResponse => BroadcastResponse.deserializeBinary(bytes);
  try {
    const response = await callOrderer(orderer, 'Broadcast', envelope, deserialize, CALL_WITHIN_MS);
    return { status: response.getStatus(), info: response.getInfo() };
  } catch (error) {
    return { status: Status.SERVICE_UNAVAILABLE, info: error instanceof Error ? error.message : String(error) };
  }
}
