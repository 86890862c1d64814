/**
 * Hyperledger Caliper's fabric-gateway connector drives the embedded network: `npm run test:caliper`.
 *
 * Caliper stands in a folder of its own, where that script's run installs it without its install scripts: it does not start
 * where fabric-network is installed too, and it brings 290 packages that nothing else here needs.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol } from '@onepledge/network';
import { startEmbedded } from '../conformance/engines/embedded';
import { type Engine } from '../conformance/engines/engine';

const run = promisify(execFile);
const isWanted = process.env['ONEPLEDGE_CALIPER'] !== undefined;

/** The newest that runs on Node 20. */
const PACKAGES = [
  '@hyperledger/caliper-core@0.6.0',
  '@hyperledger/caliper-fabric@0.6.0',
  '@hyperledger/fabric-gateway@1.11.0',
  '@grpc/grpc-js@1.14.7',
];
const INSTALL_WITHIN_MS = 300_000;
const LOAD_WITHIN_MS = 120_000;

let engine: Engine;
let folder: string;

beforeAll(async () => {
  if (!isWanted) return;
  folder = mkdtempSync(join(tmpdir(), 'caliper-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'load', version: '1.0.0', private: true }));
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...PACKAGES], {
    cwd: folder,
    timeout: INSTALL_WITHIN_MS,
  });
  engine = await startEmbedded();
  await describeNetwork();
}, INSTALL_WITHIN_MS + 120_000);
afterAll(async () => {
  if (!isWanted) return;
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Caliper's description of the network, with a connection profile. */
async function describeNetwork(): Promise<void> {
  const identity = await enrol(engine.home, 'org1', { name: 'caliper', attributes: {} });
  const peer = engine.organizations[0]?.peers[0];
  if (peer === undefined) throw new Error('org1 has no peer');
  mkdirSync(join(folder, 'identity'));
  writeFileSync(join(folder, 'identity', 'key.pem'), identity.privateKeyPem, { mode: 0o600 });
  writeFileSync(join(folder, 'identity', 'cert.pem'), identity.certificatePem);
  const profile = {
    name: 'load',
    version: '1.0.0',
    client: { organization: 'org1' },
    organizations: { org1: { mspid: 'Org1MSP', peers: ['peer0'] } },
    peers: {
      peer0: {
        url: `grpcs://${peer.endpoint}`,
        tlsCACerts: { pem: peer.tlsCaPem },
        grpcOptions: { 'grpc.ssl_target_name_override': peer.serverName },
      },
    },
  };
  writeFileSync(join(folder, 'profile.json'), JSON.stringify(profile));
  writeFileSync(join(folder, 'network.yaml'), NETWORK);
}

const NETWORK = `name: embedded
version: 2.0.0
caliper: { blockchain: fabric }
channels:
  - channelName: alpha
    contracts: [{ id: basic }]
organizations:
  - mspid: Org1MSP
    identities:
      certificates:
        - name: user
          clientPrivateKey: { path: identity/key.pem }
          clientSignedCert: { path: identity/cert.pem }
    connectionProfile: { path: profile.json, discover: true }
`;

(isWanted ? describe : describe.skip)("Caliper's fabric-gateway connector (npm run test:caliper)", () => {
  test(
    'commits all that it sends, and reads it',
    async () => {
      const { stdout } = await run(process.execPath, [join(__dirname, 'caliper-load.cjs')], {
        cwd: folder,
        timeout: LOAD_WITHIN_MS,
      });

      expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({ committed: 100, read: 'value7' });
    },
    LOAD_WITHIN_MS,
  );
});
