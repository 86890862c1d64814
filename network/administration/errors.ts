/** What administrators are told in one line. */
import { GatewayError } from '@hyperledger/fabric-gateway';
import { CommitRefusal } from '../fabric/administrator';
import { PeerRefusal } from '../fabric/endorser';

/** The ordering service has refused a transaction; its own status and words. */
export class OrderingRefusal extends Error {
  override readonly name = 'OrderingRefusal';
}

/** What was asked for cannot be done as things are; nothing has been changed. */
export class AdministrationError extends Error {
  override readonly name = 'AdministrationError';
}

/** The network's own words where it has refused something; undefined for other errors. */
export function refusalOf(error: unknown): string | undefined {
  if (error instanceof PeerRefusal || error instanceof CommitRefusal || error instanceof OrderingRefusal) {
    return error.message;
  }
  if (!(error instanceof GatewayError)) return undefined;
  const details = error.details.map(({ mspId, address, message }) => `${mspId} at ${address}: ${message}`);
  return details.length === 0 ? error.message : [...new Set(details)].join('; ');
}
