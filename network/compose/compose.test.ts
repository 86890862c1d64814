import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadConsortium } from '../consortium';
import { parsePolicy, organizationsOf } from '../identity/policy';
import { chaincodePackageOf } from './chaincode-package';
import { metrics } from './exporter';
import { composeFiles } from './generate';
import { layoutOf, SIZES } from './layout';
import { prepareVolumes } from './prepare';
import { type Service } from './service';

const ROOT = resolve(__dirname, '..', '..');
const consortium = loadConsortium(join(ROOT, 'network', 'consortium.yaml'));
const files = composeFiles(consortium);

function servicesOf(file: string): Readonly<Record<string, Service>> {
  return (parse(files.get(file) ?? '') as { services: Record<string, Service> }).services;
}

test.each([...files.keys()])('%s is what the generator makes of the description', (path) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(files.get(path));
});

describe.each(['docker-compose.yaml', 'docker-compose.small.yaml'])('%s', (file) => {
  const services = servicesOf(file);

  test('gives no service a right of root, but for the job that has no network', () => {
    for (const [name, service] of Object.entries(services)) {
      expect([name, service.read_only, service.cap_drop]).toEqual([name, true, ['ALL']]);
      expect([name, service.security_opt]).toEqual([name, ['no-new-privileges:true']]);
      if (service.user === '0:0') expect([name, service.network_mode]).toEqual(['prepare', 'none']);
    }
  });

  test('shows the CA keys to the jobs and the command line only, and a node to nobody but the job that makes it', () => {
    const users = (volume: string): readonly string[] =>
      Object.entries(services).flatMap(([name, { volumes = [] }]) =>
        volumes.some((mount) => mount.startsWith(`${volume}:`)) ? [name] : [],
      );
    expect(users('consortium')).toEqual(['prepare', 'deploy', 'cli']);
    for (const name of Object.keys(services).filter((one) => /^(orderer|peer|onepledge-chaincode)/.test(one))) {
      expect(users(name)).toEqual(['prepare', name]);
    }
  });

  test('builds each image of ours once, or the next start would find other ones than those that run', () => {
    const built = Object.values(services).flatMap(({ image, build }) => (build === undefined ? [] : [image]));
    const ours = Object.values(services).flatMap(({ image }) => (image.startsWith('onepledge/') ? [image] : []));
    expect(built.toSorted()).toEqual([...new Set(ours)].toSorted());
  });

  test('pins every image, publishes on loopback only, and waits for what it needs', () => {
    for (const { image, ports = [], depends_on = {} } of Object.values(services)) {
      expect(image).toMatch(/:(\$\{FABRIC_VERSION:-)?v?\d+\.\d+/);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
      for (const needed of Object.keys(depends_on)) expect(Object.keys(services)).toContain(needed);
    }
  });

  test('takes the release of Fabric from one setting, for all nodes', () => {
    const images = Object.values(services).map(({ image }) => image);
    const releases = images.flatMap((image) => /^hyperledger\/fabric-[a-z]+:(.*)$/.exec(image)?.[1] ?? []);

    expect([...new Set(releases)]).toEqual(['${FABRIC_VERSION:-3.1.5}']);
  });

  test('puts nothing over the folders of Grafana that it does not fill', () => {
    const targets = services['grafana']?.volumes?.map((mount) => mount.split(':')[1]);

    expect(targets?.filter((target) => target?.startsWith('/etc/grafana'))).toEqual([
      '/etc/grafana/provisioning/datasources',
      '/etc/grafana/provisioning/dashboards',
    ]);
  });
});

test('every figure of the dashboard has colours of its own: without them Grafana shows what is 80 or more in red', () => {
  const file = join(ROOT, 'network', 'compose', 'monitoring', 'grafana', 'dashboards', 'onepledge.json');
  const { panels } = JSON.parse(readFileSync(file, 'utf8')) as {
    panels: readonly { type: string; title: string; fieldConfig: { defaults: { thresholds?: unknown } } }[];
  };
  const figures = panels.filter(({ type }) => type === 'stat');

  expect(figures).not.toEqual([]);
  for (const { title, fieldConfig } of figures)
    expect([title, fieldConfig.defaults.thresholds]).not.toContain(undefined);
});

test('the small network has three members and one orderer, and its policies name nobody else', () => {
  const { placement, orderers, consensus } = layoutOf(consortium, 'small');
  const mspIds = placement.consortium.organizations.map(({ mspId }) => mspId);

  expect([mspIds.length, orderers.length, consensus]).toEqual([3, 1, 'etcdraft']);
  for (const { chaincodes, members } of placement.consortium.channels) {
    expect(members).toHaveLength(3);
    for (const { endorsementPolicy } of chaincodes) {
      expect(organizationsOf(parsePolicy(endorsementPolicy)).toSorted()).toEqual(mspIds.toSorted());
    }
  }
});

test('the full network has four BFT orderers, a peer and a chaincode process a member, and three gateways', () => {
  const { orderers, peers, chaincodes, gateways, consensus } = layoutOf(consortium, 'full');

  expect([orderers.length, peers.length, chaincodes.length, gateways.length, consensus]).toEqual([4, 6, 6, 3, 'BFT']);
});

describe('the first job', () => {
  const layout = layoutOf(consortium, SIZES[1] ?? 'small');
  let folder: string;
  const volume = (...path: readonly string[]): string => join(folder, 'volumes', ...path);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'op-compose-'));
    await prepareVolumes(layout, { home: join(folder, 'home'), volumes: volume() }, undefined);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('gives the chaincode the id of the package that its peer gets', async () => {
    for (const chaincode of layout.chaincodes) {
      const { id } = await chaincodePackageOf(layout, join(folder, 'home'), chaincode);
      expect(readFileSync(volume(chaincode.service, 'environment'), 'utf8')).toContain(`CHAINCODE_ID=${id}\n`);
    }
  });

  test('changes nothing when it is done again', async () => {
    const contents = (): object =>
      Object.fromEntries(
        readdirSync(volume(), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
          .map((path) => [path, readFileSync(path, 'utf8')]),
      );
    const before = contents();

    await prepareVolumes(layout, { home: join(folder, 'home'), volumes: volume() }, undefined);

    expect(contents()).toEqual(before);
  });

  test('shows the exporter every certificate and no key', async () => {
    const text = await metrics(volume('certificates'));

    for (const organization of ['platform', 'bank-a', 'regulator', 'orderer']) {
      expect(text).toMatch(
        new RegExp(
          `^onepledge_certificate_expires_seconds\\{organization="${organization}",certificate="ca"\\} 2\\d{9}$`,
          'm',
        ),
      );
    }
    for (const entry of readdirSync(volume('certificates'), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name), 'utf8')).not.toContain('PRIVATE');
    }
    expect(text).toMatch(/^onepledge_disk_free_bytes \d+$/m);
  });
});
