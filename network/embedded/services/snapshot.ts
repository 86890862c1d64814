/** Fabric's Snapshot service at one peer: its administrators ask for snapshots of its ledgers. */
import { type Server, status } from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { expiresAt } from '../../identity/msp';
import { GatewayError } from '../gateway/errors';
import { type Peer } from '../peer';
import { signedDataDenial } from '../scc/acl';
import { SnapshotError } from '../snapshot/errors';
import { type SnapshotManagement } from '../snapshot/management';
import { decodeTwoBytes } from '../wire/common';
import { NO_BYTES, WireError } from '../wire/protobuf';
import { decodeSnapshotRequest, encodePendingSnapshots, type SnapshotRequest } from '../wire/snapshot';
import { Limiter, method, unary } from './grpc';

const SERVICE = '/protos.Snapshot';

type SignedRequest = readonly [request: Buffer, signature: Buffer];

const definition = {
  generate: method(`${SERVICE}/Generate`, decodeTwoBytes),
  cancel: method(`${SERVICE}/Cancel`, decodeTwoBytes),
  queryPendings: method(`${SERVICE}/QueryPendings`, decodeTwoBytes),
};

/** Adds the service to a peer's server. */
export function addSnapshot(server: Server, peer: Peer, logger: Logger): void {
  // Fabric's peers have no limit for this service.
  const limiter = new Limiter(SERVICE, Number.POSITIVE_INFINITY);
  const serve = (name: string, act: (snapshots: SnapshotManagement, block: number) => Buffer) =>
    unary(name, limiter, logger, (signed: SignedRequest) => {
      try {
        const request = read(signed, peer);
        return act(snapshotsOf(peer, request), request.block);
      } catch (error) {
        if (error instanceof SnapshotError) throw new GatewayError(status.UNKNOWN, error.message);
        throw error;
      }
    });
  server.addService(definition, {
    generate: serve('generate', (snapshots, block) => {
      snapshots.submit(block);
      return NO_BYTES;
    }),
    cancel: serve('cancel', (snapshots, block) => {
      snapshots.cancel(block);
      return NO_BYTES;
    }),
    queryPendings: serve('queryPendings', (snapshots) => encodePendingSnapshots(snapshots.pending())),
  });
}

/** @throws SnapshotError unless an administrator of the peer's organisation has signed the request */
function read([bytes, signature]: SignedRequest, peer: Peer): SnapshotRequest {
  const request = decoded(bytes);
  if (request.creator === undefined) throw new SnapshotError('missing signature header');
  const expiry = expiresAt(request.creator);
  if (expiry !== undefined && expiry < new Date()) throw new SnapshotError('client identity expired');
  const denial = signedDataDenial('Admins', peer, { creator: request.creator, data: bytes, signature });
  if (denial !== undefined) throw new SnapshotError(denial);
  return request;
}

function decoded(bytes: Buffer): SnapshotRequest {
  try {
    return decodeSnapshotRequest(bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new SnapshotError(`failed to unmarshal snapshot request: ${error.message}`);
  }
}

function snapshotsOf(peer: Peer, { channel }: SnapshotRequest): SnapshotManagement {
  if (channel === '') throw new SnapshotError('missing channel ID');
  const snapshots = peer.snapshots.get(channel);
  if (snapshots === undefined) throw new SnapshotError(`cannot find ledger for channel ${channel}`);
  return snapshots;
}
