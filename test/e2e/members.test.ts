/** Members with homes of their own, as on machines of their own: keys stay, certificates go round. On real Fabric alone. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { issueToken } from '@onepledge/gateway/demo-issuer';
import { CCAAS_BUILDER_VARIABLE, freePort } from '@onepledge/network/fabric';
import { stringify } from 'yaml';
import { type CliResult, onepledge } from '../support/cli';
import { Client } from '../support/client';
import { ownCertificates } from '../support/own-ca';
import { Sequence } from '../support/sequences';
import { cleanUpAfterUs, engineFromEnvironment } from '../support/system';
import { until } from '../support/wait';

const WITHIN_MS = 240_000;
const sequence = new Sequence('members');

interface Node {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}
interface Member {
  readonly name: string;
  readonly mspId: string;
  readonly displayName: string;
  readonly uscc: string;
  readonly kinds: readonly string[];
  readonly domain: string;
  readonly peers: readonly Node[];
  readonly orderers?: readonly Node[];
}

/** Platform orders twice, bank-b not at all, and the regulator does nothing else. */
const ORDERERS: Readonly<Record<string, number>> = { platform: 2, 'bank-a': 1, regulator: 1 };
const MEMBERS = ['platform', 'bank-a', 'bank-b'] as const;
const ALL = [...MEMBERS, 'regulator'] as const;
type Name = (typeof ALL)[number];

const USCCS: Readonly<Record<Name, string>> = {
  platform: '91440300MA5FPLATX7',
  'bank-a': '91440300MA5FBANKA4',
  'bank-b': '91440300MA5FBANKB7',
  regulator: '11440300MA5FREGULT',
};
const MSPS: Readonly<Record<Name, string>> = {
  platform: 'PlatformMSP',
  'bank-a': 'BankAMSP',
  'bank-b': 'BankBMSP',
  regulator: 'RegulatorMSP',
};

let folder: string;
let description: string;
let endCleaner: () => void;
const gateways = new Map<Name, number>();
const home = (name: Name): string => join(folder, name);

async function described(name: Name): Promise<Member> {
  const kinds = name === 'platform' ? ['REGISTRAR', 'AUDITOR'] : name === 'regulator' ? ['REGULATOR'] : ['FINANCIER'];
  const node = async (label: string): Promise<Node> => ({ name: label, host: 'localhost', port: await freePort() });
  const orderers: Node[] = [];
  for (let at = 0; at < (ORDERERS[name] ?? 0); at += 1) orderers.push(await node(`orderer${at}`));
  return {
    ...{ name, mspId: MSPS[name], displayName: name, uscc: USCCS[name], kinds, domain: `${name}.example` },
    peers: [await node('peer0')],
    ...(orderers.length === 0 ? {} : { orderers }),
  };
}

async function describeConsortium(): Promise<void> {
  const organizations = [];
  for (const name of ALL) organizations.push(await described(name));
  const peers = MEMBERS.map((name) => `'${MSPS[name]}.peer'`).join(', ');
  const chaincodes = [{ name: 'onepledge', version: '1.0', sequence: 1, endorsementPolicy: `OutOf(2, ${peers})` }];
  const blocks = {
    maxMessageCount: 500,
    preferredMaxBytes: 2_097_152,
    absoluteMaxBytes: 10_485_760,
    batchTimeout: '50ms',
  };
  const channels = [{ name: 'onepledge', members: MEMBERS, blocks, chaincodes }];
  writeFileSync(description, stringify({ name: 'onepledge', organizations, channels }));
}

function ran(name: Name, ...words: readonly string[]): Promise<CliResult> {
  const builder = process.env[CCAAS_BUILDER_VARIABLE];
  const environment = {
    ONEPLEDGE_CONSORTIUM: description,
    ...(builder === undefined ? {} : { [CCAAS_BUILDER_VARIABLE]: builder }),
  };
  const url = (): string => `http://127.0.0.1:${gateways.get(name) ?? 1}`;
  return onepledge({ home: home(name), url }, words, { environment, timeoutMs: WITHIN_MS });
}

async function run(name: Name, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ran(name, ...words);
  expect({ name, words, code, stderr: code === 0 ? '' : stderr }).toEqual({ name, words, code: 0, stderr: '' });
  return stdout;
}

async function as(member: Name): Promise<Client> {
  return new Client(`http://127.0.0.1:${gateways.get(member) ?? 0}`, await issueToken(home(member), { member }));
}

interface Status {
  readonly running: boolean;
  readonly nodes?: readonly { readonly name: string; readonly kind: string; readonly healthy: boolean }[];
}
const statusOf = async (name: Name): Promise<Status> =>
  JSON.parse((await ran(name, 'network', 'status', '--json')).stdout) as Status;
const nodesOf = ({ nodes = [] }: Status): readonly string[] =>
  nodes.map(({ kind, name, healthy }) => `${kind} ${name} ${healthy ? 'healthy' : 'not'}`).sort();

(engineFromEnvironment() === 'fabric' ? describe : describe.skip)('members with homes of their own', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'op-members-'));
    endCleaner = cleanUpAfterUs(folder);
    description = join(folder, 'consortium.yaml');
    await describeConsortium();
    const key = randomBytes(32).toString('hex');
    for (const name of ALL) {
      const file = join(home(name), 'secrets', 'evidence.key');
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, `${key}\n`, { mode: 0o600 });
    }
  });
  afterAll(async () => {
    for (const name of gateways.keys()) await ran(name, 'network', 'down');
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    endCleaner();
  }, WITHIN_MS);

  test(
    'hand over certificates, and no key',
    async () => {
      // Of a CA below a root, whose keys are nowhere in the home.
      await ownCertificates(home('bank-b'), 'bank-b');
      const cards = ALL.map((name) => join(folder, `${name}.json`));
      for (const [at, name] of ALL.entries()) await run(name, 'member', 'export', cards[at] ?? '', '--as', name);
      for (const name of ALL)
        await run(name, 'member', 'import', ...cards.filter((card) => !card.endsWith(`/${name}.json`)));

      expect(cards.map((card) => readFileSync(card, 'utf8')).join()).not.toContain('PRIVATE KEY');
    },
    WITHIN_MS,
  );

  test(
    'start their own nodes, each on its own, and tell what of theirs runs',
    async () => {
      for (const name of ALL) {
        const port = await freePort();
        gateways.set(name, port);
        await run(name, 'network', 'up', '--detach', '--port', String(port));
      }
      const blocks = await Promise.all(
        MEMBERS.map(async (name) => JSON.parse(await run(name, 'channel', 'info', '--json')) as object),
      );

      expect(blocks).toHaveLength(MEMBERS.length);
      expect(nodesOf(await statusOf('platform'))).toEqual([
        'orderer orderer0 healthy',
        'orderer orderer1 healthy',
        'peer platform healthy',
      ]);
      expect(nodesOf(await statusOf('bank-b'))).toEqual(['peer bank-b healthy']);
      expect(nodesOf(await statusOf('regulator'))).toEqual(['orderer orderer0 healthy', 'peer regulator healthy']);
      const chain = join(home('regulator'), 'fabric', 'orderer0', 'data', 'ledger', 'chains', 'onepledge');
      expect(existsSync(chain)).toBe(true);
    },
    WITHIN_MS,
  );

  test(
    'define the chaincode together, and pledge between them',
    async () => {
      for (const name of MEMBERS) {
        await run(name, 'chaincode', 'install');
        await run(name, 'chaincode', 'approve');
      }
      await run('platform', 'chaincode', 'commit');
      const [platform, bank] = [await as('platform'), await as('bank-b')];
      const asset = await until(
        'the platform registers',
        async () => {
          const answer = await platform.post('/v1/receivables', sequence.registration(), { prefer: 'wait=10' });
          return answer.status === 201 ? answer.json<{ id: string }>() : undefined;
        },
        { withinMs: 90_000 },
      );
      const terms = sequence.terms(await platform.receivable(asset.id), 'bank-b');
      const { id } = await platform.propose(terms);
      const accepted = await until(
        'bank-b accepts',
        async () => {
          const answer = await bank.post(`/v1/pledges/${id}/acceptance`, {}, { prefer: 'wait=10' });
          return answer.status === 201 ? answer.json<object>() : undefined;
        },
        { withinMs: 60_000 },
      );
      expect(accepted).toMatchObject({ status: 'ACTIVE' });
    },
    WITHIN_MS,
  );

  test(
    'change the channel by a file that goes from hand to hand',
    async () => {
      const update = join(folder, 'update.pb');
      await run('platform', 'channel', 'update', '--batch-timeout', '100', '--sign', update);
      await run('bank-a', 'channel', 'update', '--file', update, '--sign', update);
      const told = JSON.parse(await run('regulator', 'channel', 'update', '--file', update, '--json')) as object;
      expect(told).toMatchObject({
        submitted: true,
        lines: [
          'blocks: longest wait: 50 ms becomes 100 ms',
          'consensus: longest wait for a block: 50 ms becomes 100 ms',
        ],
      });

      const shown = JSON.parse(await run('bank-b', 'config', 'show', '--json')) as object;
      expect(shown).toMatchObject({ batch: { batchTimeoutMs: 100 } });
    },
    WITHIN_MS,
  );

  test(
    'stop each on its own, and leave nothing running',
    async () => {
      await run('regulator', 'network', 'down');
      expect(await statusOf('regulator')).toMatchObject({ running: false });
      expect(nodesOf(await statusOf('bank-a'))).toEqual(['orderer orderer0 healthy', 'peer bank-a healthy']);
    },
    WITHIN_MS,
  );
});
