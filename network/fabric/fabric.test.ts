import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testConsortium } from '../embedded/testing/consortium';
import { packageChaincode } from './chaincode-package';
import { keepPlacement, place } from './placement';
import { CCAAS_BUILDER_VARIABLE, findPrograms, ProgramError } from './programs';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fabric-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("Fabric's programs", () => {
  function release(name: string, version: string): string {
    const root = join(folder, name);
    const program = (file: string, text: string): void => {
      mkdirSync(join(root, file, '..'), { recursive: true });
      writeFileSync(join(root, file), `#!/bin/sh\n${text}\n`);
      chmodSync(join(root, file), 0o755);
    };
    for (const node of ['peer', 'orderer']) program(`bin/${node}`, `printf '${node}:\\n Version: ${version}\\n'`);
    for (const step of ['detect', 'build', 'release']) program(`builders/ccaas/bin/${step}`, 'true');
    return root;
  }

  test('are found on PATH, with the builder beside them as the release has it', async () => {
    const root = release('good', 'v3.1.9');

    const found = await findPrograms({ PATH: `/nowhere:${join(root, 'bin')}:/bin` });

    expect(found.peer).toBe(join(root, 'bin', 'peer'));
    expect(found.version).toBe('v3.1.9');
    expect(readFileSync(join(found.ccaasBuilder, 'bin', 'detect'), 'utf8')).toContain('true');
  });

  test('that are missing, or of another line, are named', async () => {
    const missing = findPrograms({ PATH: '/nowhere' });
    await expect(missing).rejects.toThrow(ProgramError);
    await expect(missing).rejects.toThrow('program "peer" is not on PATH');

    const old = findPrograms({ PATH: `${join(release('old', 'v2.5.12'), 'bin')}:/bin` });
    await expect(old).rejects.toThrow('the peer on PATH is of Hyperledger Fabric v2.5.12: v3.1 is needed');
  });

  test('without the builder say how to name it', async () => {
    const root = release('bare', 'v3.1.5');
    rmSync(join(root, 'builders'), { recursive: true });
    const path = `${join(root, 'bin')}:/bin`;

    await expect(findPrograms({ PATH: path })).rejects.toThrow(`set ${CCAAS_BUILDER_VARIABLE}`);

    const named = { PATH: path, [CCAAS_BUILDER_VARIABLE]: join(release('other', 'v3.1.5'), 'builders', 'ccaas') };
    expect((await findPrograms(named)).ccaasBuilder).toBe(named[CCAAS_BUILDER_VARIABLE]);
  });
});

describe('a chaincode package', () => {
  test('is an archive that holds its label and where the chaincode listens, and has one id', () => {
    const packaged = packageChaincode('basic', '1.0', 'localhost:9999');
    const file = join(folder, 'package.tar.gz');
    writeFileSync(file, packaged.bytes);
    execFileSync('tar', ['-xzf', file, '-C', folder]);
    const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

    expect(read('metadata.json')).toEqual({ path: '', type: 'ccaas', label: 'basic_1.0' });
    execFileSync('tar', ['-xzf', join(folder, 'code.tar.gz'), '-C', folder]);
    expect(read('connection.json')).toMatchObject({ address: 'localhost:9999', tls_required: false });
    expect(packaged.id).toMatch(/^basic_1\.0:[0-9a-f]{64}$/);
    expect(packageChaincode('basic', '1.0', 'localhost:9999').id).toBe(packaged.id);
    expect(packageChaincode('basic', '1.0', 'localhost:9998').id).not.toBe(packaged.id);
  });
});

describe('the placement of the nodes', () => {
  test('takes one orderer for Raft and four for BFT, each on a port of its own', async () => {
    const raft = await place(testConsortium(), join(folder, 'raft'), 'etcdraft', 'ephemeral');
    const bft = await place(testConsortium(), join(folder, 'bft'), 'BFT', 'ephemeral');

    expect(raft.consortium.orderer.orderers).toHaveLength(1);
    expect(bft.consortium.orderer.orderers.map(({ name }) => name)).toEqual([
      ...['orderer0', 'orderer1', 'orderer2', 'orderer3'],
    ]);
    const ports = [
      ...bft.consortium.orderer.orderers.map(({ port }) => port),
      ...bft.consortium.organizations.flatMap(({ peers }) => peers.map(({ port }) => port)),
      ...Object.values(bft.adminPorts),
      ...Object.values(bft.operationsPorts),
    ];
    expect(new Set(ports).size).toBe(4 + 3 + 4 + 7);
  });

  test('stays as it is when the network is started again', async () => {
    const home = join(folder, 'again');
    const first = await place(testConsortium(), home, 'etcdraft', 'ephemeral');
    keepPlacement(home, first);

    expect(await place(testConsortium(), home, 'etcdraft', 'ephemeral')).toEqual(first);
    expect(await place(testConsortium(), home, 'etcdraft', 'fixed')).toEqual(first);
  });
});
