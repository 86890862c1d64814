/** Enters the revocation lists that lie with an organisation's keys into the channel's configuration, where alone they count. */
import { type NetworkMaterial, type OrganizationMaterial, type OrdererMaterial } from '../identity/material';
import { ConfigError } from './channelconfig/errors';
import { BroadcastError, readSubmission } from './orderer/submission';
import { asBuffer } from './wire/protobuf';
import { type RunningChannel } from './peer';

/** How long the block may take, in milliseconds. */
const TIMEOUT_MS = 30_000;

/**
 * Updates the channel's configuration where an organisation's folder has lists (`crls/*.pem`) that it does not have: a development
 * network's way, which has all administrators' keys. A list that is taken out of the folder stays in the configuration.
 * @throws ConfigError when a list is none of the organisation's CA, or the update is refused
 */
export async function enterRevocationLists(running: RunningChannel, material: NetworkMaterial): Promise<void> {
  const owners = [...material.organizations, material.orderer].filter(({ crlPems }) => crlPems.length > 0);
  for (const owner of owners) await enter(running, owner);
}

async function enter(
  { channel, committer }: RunningChannel,
  { mspId, crlPems, admin }: OrganizationMaterial | OrdererMaterial,
): Promise<void> {
  if (![...channel.bundle.application.values(), ...channel.bundle.ordering.values()].includes(mspId)) return;
  // Loaded only where there are lists, as generated messages take longer than the rest of a start.
  const configuration = await import('../configuration/index.js');
  const { Config } = await import('@hyperledger/fabric-protos/lib/common/configtx_pb.js');
  const before = Config.deserializeBinary(channel.bundle.bytes);
  // What is revoked stays so: the folder may know less than the configuration.
  const known = channel.bundle.roots.get(mspId)?.crlPems ?? [];
  try {
    const after = configuration.changed(before, configuration.setRevocationList(mspId, [...known, ...crlPems]));
    const revokedIn = (config: typeof before): number =>
      [...configuration.describe(config).members, ...configuration.describe(config).ordering.organizations]
        .filter((msp) => msp.mspId === mspId)
        .reduce((sum, { revoked }) => sum + revoked.length, 0);
    if (revokedIn(after) === revokedIn(before)) return;
    const update = configuration.computeUpdate(channel.name, before, after);
    const signed = configuration.signUpdate(configuration.unsignedUpdate(update), admin);
    const { height } = channel.ledger;
    committer.submit(readSubmission(asBuffer(configuration.updateTransaction(signed, admin))), new Date());
    await committer.whenHigherThan(height, AbortSignal.timeout(TIMEOUT_MS));
  } catch (error) {
    if (!(error instanceof configuration.ConfigurationError) && !(error instanceof BroadcastError)) throw error;
    throw new ConfigError(`the revocation lists of ${mspId} cannot be entered: ${error.message}`, { cause: error });
  }
}
