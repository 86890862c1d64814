/** The suite on the embedded network, in this process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedNetwork } from '@onepledge/network/embedded';
import { startChaincodes } from '../chaincodes/process';
import { conformanceConsortium } from '../consortium';
import { type Engine } from './engine';

/** Starts the chaincodes and the network in a folder of their own. */
export async function startEmbedded(): Promise<Engine> {
  const home = mkdtempSync(join(tmpdir(), 'conformance-'));
  const consortium = conformanceConsortium();
  const names = [...new Set(consortium.channels.flatMap(({ chaincodes }) => chaincodes.map(({ name }) => name)))];
  const addresses = Object.fromEntries(names.map((name) => [name, `unix:${join(home, `${name}.sock`)}`]));
  const chaincodes = await startChaincodes(
    names.map((name) => ({ id: `${name}:1.0`, address: addresses[name] ?? '' })),
  );
  const cleanUp = async (): Promise<void> => {
    await chaincodes.stop();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const network = await startEmbeddedNetwork({
      home,
      consortium,
      chaincodeAddress: addresses,
      peerPorts: 'ephemeral',
    });
    return {
      name: 'embedded',
      version: '',
      home,
      organizations: network.connection.organizations,
      orderers: network.connection.orderers,
      stopPeer: (organization, peer) => network.stopPeer(organization, peer),
      startPeer: (organization, peer) => network.startPeer(organization, peer),
      stop: async () => {
        await network.close();
        await cleanUp();
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}
