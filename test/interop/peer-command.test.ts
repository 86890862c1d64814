/** Fabric's own `peer` command against the embedded network, where it is on PATH. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { common } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol, ensureMaterial } from '@onepledge/network';
import { conformanceConsortium } from '../conformance/consortium';
import { startEmbedded } from '../conformance/engines/embedded';
import { type Engine } from '../conformance/engines/engine';
import { until } from '../support/wait';

const run = promisify(execFile);
const isThere = spawnSync('peer', ['version']).status === 0;

const WITHIN_MS = 30_000;

let engine: Engine;
let folder: string;

beforeAll(async () => {
  if (!isThere) return;
  engine = await startEmbedded();
  folder = join(engine.home, 'peer-command');
  mkdirSync(folder);
  writeFileSync(join(folder, 'core.yaml'), CORE);
  for (const role of ['client', 'admin'] as const) await writeMsp(role);
  for (const { name, peers } of engine.organizations) {
    writeFileSync(join(folder, `${name}-tlsca.pem`), peers[0]?.tlsCaPem ?? '');
  }
  writeFileSync(join(folder, 'orderer-tlsca.pem'), engine.orderers[0]?.tlsCaPem ?? '');
}, 120_000);
afterAll(async () => {
  if (isThere) await engine.stop();
});

const CORE = `peer:
  BCCSP: { Default: SW, SW: { Hash: SHA2, Security: 256 } }
`;

const NODE_OUS = `NodeOUs:
  Enable: true
  ClientOUIdentifier: { OrganizationalUnitIdentifier: client }
  PeerOUIdentifier: { OrganizationalUnitIdentifier: peer }
  AdminOUIdentifier: { OrganizationalUnitIdentifier: admin }
  OrdererOUIdentifier: { OrganizationalUnitIdentifier: orderer }
`;

/** The folder in which the command looks for its identity. */
async function writeMsp(role: 'client' | 'admin'): Promise<void> {
  const identity = await enrol(engine.home, 'org1', { name: `command-${role}`, role, attributes: {} });
  const ca = readFileSync(join(engine.home, 'crypto', 'org1', 'ca.pem'), 'utf8');
  const [caCertificate] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(ca) ?? [''];
  const files: Readonly<Record<string, string>> = {
    'signcerts/cert.pem': identity.certificatePem,
    'keystore/key.pem': identity.privateKeyPem,
    'cacerts/ca.pem': `${caCertificate}\n`,
    'config.yaml': NODE_OUS,
  };
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, role, file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }
}

const endpointOf = (name: string): string =>
  engine.organizations.find((organization) => organization.name === name)?.peers[0]?.endpoint ?? '';

/** Runs the command as org1's client, or its administrator; gives what it printed. */
async function peer(args: readonly string[], role: 'client' | 'admin' = 'client'): Promise<string> {
  const { stdout, stderr } = await run('peer', args, {
    timeout: WITHIN_MS,
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      FABRIC_CFG_PATH: folder,
      CORE_PEER_TLS_ENABLED: 'true',
      CORE_PEER_LOCALMSPID: 'Org1MSP',
      CORE_PEER_MSPCONFIGPATH: join(folder, role),
      CORE_PEER_ADDRESS: endpointOf('org1'),
      CORE_PEER_TLS_ROOTCERT_FILE: join(folder, 'org1-tlsca.pem'),
    },
  });
  return stdout + stderr;
}

const orderer = (): readonly string[] => [
  ...['-o', engine.orderers[0]?.endpoint ?? '', '--tls'],
  ...['--cafile', join(folder, 'orderer-tlsca.pem')],
];
const endorsers = (...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [
    ...['--peerAddresses', endpointOf(name)],
    ...['--tlsRootCertFiles', join(folder, `${name}-tlsca.pem`)],
  ]);
const call = (...args: readonly string[]): readonly string[] => [
  ...['-C', 'alpha', '-n', 'basic'],
  ...['-c', JSON.stringify({ Args: args })],
];

(isThere ? describe : describe.skip)("Fabric's peer command (on PATH)", () => {
  test('invokes, waits for the commit on two peers, and queries', async () => {
    const invoked = await peer([
      ...['chaincode', 'invoke', ...call('put', 'command-key', 'value'), ...orderer()],
      ...[...endorsers('org1', 'org2'), '--waitForEvent'],
    ]);

    expect(invoked.match(/committed with status \(VALID\)/g)).toHaveLength(2);
    expect(await peer(['chaincode', 'query', ...call('get', 'command-key')])).toContain('value');
  });

  test('is told of an invalid transaction', async () => {
    const invoked = peer([
      ...['chaincode', 'invoke', ...call('put', 'command-key', 'other'), ...orderer()],
      ...[...endorsers('org1'), '--waitForEvent'],
    ]);

    await expect(invoked).rejects.toThrow('ENDORSEMENT_POLICY_FAILURE');
  });

  test('tells of the channel', async () => {
    expect(await peer(['channel', 'getinfo', '-c', 'alpha'])).toMatch(/"height":\d+/);
    expect(await peer(['channel', 'list'])).toMatch(/alpha\n/);
  });

  test.each([
    ['the first block', '0', orderer],
    ['the configuration', 'config', orderer],
    ["the newest block of the peer's own", 'newest', (): readonly string[] => []],
  ])('fetches %s', async (_name, which, from) => {
    const file = join(folder, `${which}.block`);

    await peer(['channel', 'fetch', which, file, '-c', 'alpha', ...from()]);

    const block = common.Block.deserializeBinary(readFileSync(file));
    const number = block.getHeader()?.getNumber() ?? -1;
    expect(which === 'newest' ? number > 0 : number === 0).toBe(true);
    expect(block.getData()?.getDataList().length).toBeGreaterThan(0);
  });

  test('asks for a snapshot, which is made', async () => {
    const at = [
      '-c',
      'alpha',
      '--peerAddress',
      endpointOf('org1'),
      '--tlsRootCertFile',
      join(folder, 'org1-tlsca.pem'),
    ];

    expect(await peer(['snapshot', 'submitrequest', '-b', '100000', ...at], 'admin')).toContain(
      'submitted successfully',
    );
    expect(await peer(['snapshot', 'listpending', ...at], 'admin')).toContain('[100000]');
    expect(await peer(['snapshot', 'cancelrequest', '-b', '100000', ...at], 'admin')).toContain(
      'cancelled successfully',
    );
    expect(await peer(['snapshot', 'submitrequest', ...at], 'admin')).toContain('submitted successfully');

    const completed = join(engine.home, 'network', 'snapshots', 'Org1MSP', 'peer0', 'completed', 'alpha');
    const [made] = await until('the snapshot is made', () =>
      existsSync(completed) ? readdirSync(completed) : undefined,
    );
    expect(readdirSync(join(completed, made ?? ''))).toContain('_snapshot_signable_metadata.json');
  });

  test('lists the channels that the orderer takes part in, as osnadmin', async () => {
    const [orderer] = engine.orderers;
    const { orderer: keys } = await ensureMaterial(conformanceConsortium(), engine.home);
    const tls = keys.nodes[0]?.tls;
    writeFileSync(join(folder, 'osn.crt'), tls?.certPem ?? '');
    writeFileSync(join(folder, 'osn.key'), tls?.keyPem ?? '');

    const { stdout } = await run('osnadmin', [
      ...['channel', 'list', '-o', orderer?.adminEndpoint ?? '', '--ca-file', join(folder, 'orderer-tlsca.pem')],
      ...['--client-cert', join(folder, 'osn.crt'), '--client-key', join(folder, 'osn.key')],
    ]);

    expect(stdout).toContain('Status: 200');
    expect(stdout).toContain('"name": "alpha"');
  });

  test('reads the definitions of chaincodes', async () => {
    const committed = await peer(['lifecycle', 'chaincode', 'querycommitted', '-C', 'alpha', '-n', 'basic']);

    expect(committed).toMatch(/Version: 1.0, Sequence: 1/);
    expect(committed).toContain('Approvals: [Org1MSP: true, Org2MSP: true, Org3MSP: true]');
  });
});
