/** The suite on real Fabric: its programs, found on PATH, as child processes of this one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FabricNetwork, type FabricNode, packageChaincode, startFabricNetwork } from '@onepledge/network/fabric';
import { startChaincodes } from '../chaincodes/process';
import { conformanceConsortium } from '../consortium';
import { type Engine } from './engine';

/**
 * Starts the chaincodes and the smallest network of the description: all peers, and one Raft orderer.
 * @throws ProgramError when Fabric's programs are not on PATH
 */
export async function startFabric(): Promise<Engine> {
  const home = mkdtempSync(join(tmpdir(), 'conformance-'));
  const consortium = conformanceConsortium();
  // A channel may define a chaincode of another version than the other does: each has an address and a package of its own.
  const definitions = consortium.channels.flatMap(({ chaincodes }) => chaincodes);
  const addresses = Object.fromEntries(definitions.map(({ name }) => [name, `unix:${join(home, `${name}.sock`)}`]));
  const served = new Map(
    definitions.map(({ name, version }) => {
      const address = addresses[name] ?? '';
      return [name, { id: packageChaincode(name, version, address).id, address }];
    }),
  );
  const chaincodes = await startChaincodes([...served.values()]);
  const cleanUp = async (): Promise<void> => {
    await chaincodes.stop();
    if (process.env['ONEPLEDGE_KEEP_HOME'] === undefined) rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    else process.stderr.write(`ONEPLEDGE_HOME=${home}\n`);
  };
  try {
    const network = await startFabricNetwork({
      ...{ home, consortium, chaincodeAddress: addresses, consensus: 'etcdraft', ports: 'ephemeral' },
    });
    return {
      name: 'fabric',
      version: network.programs.version,
      home,
      organizations: network.connection.organizations,
      orderers: network.connection.orderers,
      stopPeer: (organization, peer) => nodeOf(network, organization, peer).stop(),
      startPeer: (organization, peer) => {
        nodeOf(network, organization, peer).start();
        return Promise.resolve();
      },
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

/** An organisation's first peer has the organisation's name among the nodes. */
function nodeOf({ nodes }: FabricNetwork, organization: string, peer: string): FabricNode {
  const node = nodes.find(({ name }) => name === (peer === 'peer0' ? organization : `${organization}.${peer}`));
  if (node === undefined) throw new Error(`${organization} has no peer "${peer}"`);
  return node;
}
