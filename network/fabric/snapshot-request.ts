/** The service of a peer that writes snapshots of its ledgers, for its administrators. */
import { randomBytes } from 'node:crypto';
import type * as grpc from '@grpc/grpc-js';
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as snapshots from '@hyperledger/fabric-protos/lib/peer/snapshot_pb';
import { type Signer } from '../identity/types';

const CALL_WITHIN_MS = 30_000;

/**
 * Asks for a snapshot of a channel.
 * @param block 0: at its last one
 * @throws grpc.ServiceError when it is refused
 */
export async function requestSnapshot(
  connection: grpc.Client,
  signer: Signer,
  channel: string,
  block = 0,
): Promise<void> {
  const header = new common.SignatureHeader();
  header.setCreator(signer.serialized);
  header.setNonce(randomBytes(24));
  const request = new snapshots.SnapshotRequest();
  request.setSignatureHeader(header);
  request.setChannelId(channel);
  request.setBlockNumber(block);
  const bytes = request.serializeBinary();
  const signed = new snapshots.SignedSnapshotRequest();
  signed.setRequest(bytes);
  signed.setSignature(signer.sign(bytes));
  await new Promise<void>((resolve, reject) => {
    connection.makeUnaryRequest(
      '/protos.Snapshot/Generate',
      (message: snapshots.SignedSnapshotRequest) => Buffer.from(message.serializeBinary()),
      () => undefined,
      signed,
      { deadline: Date.now() + CALL_WITHIN_MS },
      (error) => {
        if (error === null) resolve();
        else reject(error);
      },
    );
  });
}
