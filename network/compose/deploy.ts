/** The second job: orderers and peers join the channels, the chaincodes are defined, and the gateways learn where the network is. */
import { join } from 'node:path';
import { type Logger } from 'pino';
import { writeConnection } from '../connection';
import { connectionOf, deploy } from '../fabric/deploy';
import { Patience } from '../fabric/wait';
import { ensureMaterial } from '../identity/material';
import { chaincodePackageOf } from './chaincode-package';
import { type Layout } from './layout';
import { type Folders } from './prepare';

const DONE_WITHIN_MS = 240_000;

/** @throws Error with what a node said when it is not done in time */
export async function deployNetwork(layout: Layout, { home, volumes }: Folders, logger: Logger): Promise<void> {
  const { placement, consensus, chaincodes, gateways } = layout;
  const material = await ensureMaterial(placement.consortium, home);
  const packages = new Map(
    await Promise.all(
      chaincodes.map(
        async (one) =>
          [`${one.organization} ${one.name} ${one.version}`, await chaincodePackageOf(layout, home, one)] as const,
      ),
    ),
  );
  const patience = new Patience(DONE_WITHIN_MS);
  await deploy({
    ...{ home, placement, material, consensus, patience, logger },
    packageOf: (organization, { name, version }) => packages.get(`${organization} ${name} ${version}`),
  });
  // No process is the network: whoever reads it finds out by itself who answers. Its administrators' ports are the containers' own.
  const connection = connectionOf({ ...placement, adminPorts: {} }, material, 0);
  for (const folder of [home, ...gateways.map(({ service }) => join(volumes, service))]) {
    writeConnection(folder, connection);
  }
}
