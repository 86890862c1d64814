/** The drill of a lost disk: write, take a snapshot, lose the ledger, restore, verify, go on. By the command line, as an operator would. */
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { onepledge } from '../support/cli';
import { Sequence } from '../support/sequences';
import { engineFromEnvironment } from '../support/system';
import { useSystem } from '../support/use-system';

const { as, system } = useSystem({ faultsAllowed: true });
const sequence = new Sequence('backup');

async function run(...words: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await onepledge(system(), [...words, '--json']);
  expect({ words, code, stdout, stderr }).toMatchObject({ words, code: 0 });
  return JSON.parse(stdout);
}

async function refused(...words: readonly string[]): Promise<unknown> {
  const { code, stdout } = await onepledge(system(), [...words, '--json']);
  expect(code).toBe(1);
  return JSON.parse(stdout);
}

type Taken = Readonly<{ digest: string; channels: readonly Readonly<{ name: string; height: number }>[] }>;

// Fabric's peers have snapshots of their own.
const onEmbedded = engineFromEnvironment() === 'embedded' ? describe : describe.skip;

onEmbedded('a network whose ledger is lost', () => {
  test('goes on from its snapshot', async () => {
    const platform = await as({ member: 'platform' });
    const made = await platform.register(sequence.registration());
    const [snapshot, blocks] = [join(system().home, 'backup', 'snapshot'), join(system().home, 'backup', 'blocks')];

    // The network runs.
    const taken = (await run('ledger', 'snapshot', snapshot)) as Taken;
    expect(await refused('ledger', 'restore', snapshot, '--replace')).toMatchObject({ code: 'BACKUP_REFUSED' });
    expect(await run('ledger', 'verify')).toMatchObject({ whole: true });

    const [channel] = taken.channels;
    expect(await run('ledger', 'export', blocks, '--from', '1')).toMatchObject({ first: 1, height: channel?.height });
    const height = channel?.height ?? 0;
    expect(readdirSync(blocks)).toHaveLength(height);
    const manifest = JSON.parse(readFileSync(join(blocks, 'manifest.json'), 'utf8')) as { blocks: { hash: string }[] };
    expect(taken.channels).toMatchObject([{ lastHash: manifest.blocks.at(-1)?.hash }]);

    // The disk is lost, but for the keys.
    await Promise.all(system().programs.map((program) => program.stop()));
    for (const folder of ['ledger', 'chaincodes']) rmSync(join(system().home, 'network', folder), { recursive: true });
    expect(await refused('ledger', 'verify')).toMatchObject({ code: 'NO_LEDGER' });

    expect(await run('ledger', 'restore', snapshot, '--dry-run')).toMatchObject({ dryRun: true });
    expect(await refused('ledger', 'verify')).toMatchObject({ code: 'NO_LEDGER' });
    await run('ledger', 'restore', snapshot, '--digest', taken.digest);
    expect(await run('ledger', 'verify')).toMatchObject({ whole: true, ledgers: [{ height }] });

    for (const program of system().programs) program.start();
    await system().ready();
    expect(await platform.receivable(made.id)).toMatchObject({ id: made.id });
    await platform.register(sequence.registration());
  }, 180_000);

  // Its records would tell a bank of a claim whose value the ledger gives to the next one.
  test('does not go on with gateways that remember what is not in its snapshot', async () => {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration());
    const snapshot = join(system().home, 'backup', 'earlier');
    await run('ledger', 'snapshot', snapshot);
    const { id } = await platform.propose(sequence.terms(asset, 'bank-a'));
    await (await as({ member: 'bank-a' })).accept(id);

    const { network, gateways } = system();
    const [gateway] = gateways;
    await network.stop();
    await run('ledger', 'restore', snapshot, '--replace');
    // It runs all the while, and ends as soon as it meets the other ledger.
    const ended = gateway?.program.ended();
    network.start();
    expect(await ended).toBe(78);
    expect(gateway?.program.tail(5)).toMatch(/^OTHER_LEDGER: .* put back from an earlier copy/m);

    renameSync(join(system().home, 'gateway'), join(system().home, 'gateway.before'));
    gateway?.program.start();
    await system().ready();
    expect(await platform.receivable(asset.id)).toMatchObject({ free: asset.amount, claims: [] });
  }, 180_000);
});
