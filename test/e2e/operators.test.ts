/** What operators do to a running network, by the command line alone, on either network. */
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CCAAS_BUILDER_VARIABLE, freePort } from '@onepledge/network/fabric';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { Answer, Pledge } from '../support/client';
import { onepledge } from '../support/cli';
import { Sequence } from '../support/sequences';
import { engineFromEnvironment } from '../support/system';
import { useSystem } from '../support/use-system';
import { until } from '../support/wait';

const { as, system } = useSystem();
const sequence = new Sequence('operators');
const isEmbedded = engineFromEnvironment() === 'embedded';
const WITHIN_MS = 180_000;

type Json = Readonly<Record<string, unknown>>;

async function ran(...words: readonly string[]): Promise<{ readonly code: number | null; readonly json: Json }> {
  const builder = process.env[CCAAS_BUILDER_VARIABLE];
  const environment = {
    ONEPLEDGE_CONSORTIUM: system().description,
    ...(builder === undefined ? {} : { [CCAAS_BUILDER_VARIABLE]: builder }),
  };
  const { code, stdout, stderr } = await onepledge(system(), [...words, '--json'], {
    environment,
    timeoutMs: WITHIN_MS,
  });
  if (stdout === '') throw new Error(`${words.join(' ')} ended with ${code ?? 0}: ${stderr}`);
  return { code, json: JSON.parse(stdout) as Json };
}

async function run(...words: readonly string[]): Promise<Json> {
  const { code, json } = await ran(...words);
  expect({ words, code, json }).toMatchObject({ words, code: 0 });
  return json;
}

async function refused(...words: readonly string[]): Promise<Json> {
  const { code, json } = await ran(...words);
  expect({ words, code }).toEqual({ words, code: 1 });
  return json;
}

const inHome = (name: string): string => join(system().home, name);

type Description = {
  organizations: Json[];
  channels: { members: string[]; chaincodes: { sequence: number; endorsementPolicy: string }[] }[];
};

/** Changes consortium.yaml, as an operator does. */
function describeAnew(change: (description: Description) => void): void {
  const { description: file } = system();
  const description = parse(readFileSync(file, 'utf8')) as Description;
  change(description);
  writeFileSync(file, stringify(description));
}

describe('how blocks are cut', () => {
  test(
    'is changed by an update that goes from hand to hand as a file, and told in plain words',
    async () => {
      const [before, update] = [inHome('before.block'), inHome('update.pb')];
      await run('channel', 'fetch', before);

      expect(await run('channel', 'update', '--max-messages', '321', '--dry-run')).toMatchObject({ done: false });
      await run('channel', 'update', '--max-messages', '321', '--as', 'bank-a', '--sign', update);
      expect(await run('channel', 'info')).toMatchObject({ updates: 0 });
      await run('channel', 'update', '--file', update, '--as', 'bank-b');

      const diff = await run('config', 'diff', before);
      expect(diff).toMatchObject({ lines: ['blocks: most messages: 500 becomes 321'] });
      const { lines } = (await run('config', 'diff')) as { lines: string[] };
      expect(lines).toEqual([expect.stringContaining('most messages: 500 is described, 321 is in force')]);
      expect(await run('config', 'show')).toMatchObject({ batch: { maxMessageCount: 321 }, sequence: 1 });
    },
    WITHIN_MS,
  );

  test(
    'is not changed by what is no update, nor twice by one',
    async () => {
      expect(await refused('channel', 'update', '--file', inHome('nowhere.pb'))).toMatchObject({ code: 'FILE' });
      expect(await refused('channel', 'update', '--file', system().description)).toMatchObject({
        code: 'NOT_POSSIBLE',
      });
      const again = await refused('channel', 'update', '--file', inHome('update.pb'));
      expect(again).toMatchObject({ code: 'REFUSED_BY_NETWORK' });
      expect(await refused('channel', 'info', '--channel', 'nowhere')).toMatchObject({ code: 'NOT_POSSIBLE' });
      expect(await run('channel', 'info')).toMatchObject({ updates: 1 });
    },
    WITHIN_MS,
  );
});

describe('a certificate', () => {
  test(
    'is issued, renewed, revoked, and not renewed any more',
    async () => {
      await run('certificate', 'issue', '--as', 'bank-a', '--name', 'Zhang Wei', '--out', inHome('zhang'));
      const { before, certificate } = (await run('certificate', 'renew', 'Zhang Wei', '--new-key')) as {
        before: { serial: string };
        certificate: { serial: string };
      };
      expect(certificate.serial).not.toBe(before.serial);

      await run('certificate', 'revoke', certificate.serial, '--dry-run');
      expect(await run('config', 'show')).toMatchObject({ sequence: 1 });
      await run('certificate', 'revoke', 'Zhang Wei');

      const { members } = (await run('config', 'show')) as { members: { mspId: string; revoked: string[] }[] };
      expect(members.find(({ mspId }) => mspId === 'BankAMSP')?.revoked).toEqual([certificate.serial]);
      expect(await refused('certificate', 'renew', 'Zhang Wei')).toMatchObject({ code: 'NOT_POSSIBLE' });
      expect(await refused('certificate', 'revoke', 'Zhang Wei')).toMatchObject({ code: 'NOTHING_TO_DO' });
    },
    WITHIN_MS,
  );

  test(
    'of an identity that the gateway acts by is refused at once when it was revoked, in words, and nothing is half done',
    async () => {
      const party = sequence.supplier.uscc;
      const [agent, itself] = [await as({ member: 'platform' }), await as({ member: 'platform', party })];
      const before = await agent.register(sequence.registration());

      // Requests come all the while, so that some are between endorsement and order when it is revoked.
      const revoked = run('certificate', 'revoke', `${party}-member`);
      const asked: { readonly key: string; readonly body: object; readonly answer: Answer }[] = [];
      const ask = async (): Promise<Answer> => {
        const [key, body] = [randomUUID(), sequence.registration()];
        const answer = await itself.post('/v1/receivables', body, { key, prefer: 'wait=60', timeoutMs: 90_000 });
        asked.push({ key, body, answer });
        return answer;
      };
      await until(
        'it is refused',
        async () => {
          const answers = await Promise.all(Array.from({ length: 8 }, ask));
          return answers.every(({ status }) => status === 403) ? true : undefined;
        },
        { withinMs: 60_000 },
      );
      await revoked;

      const refusal = asked.at(-1)?.answer.problem;
      expect(refusal).toMatchObject({ code: 'FORBIDDEN', retryable: false });
      expect(refusal?.detail).toMatch(/the ledger refuses the identity of party .* was revoked/);
      expect((await itself.get(`/v1/receivables/${before.id}`)).problem).toMatchObject({ code: 'FORBIDDEN' });
      for (const { key, body, answer } of asked) {
        // What was done can be done by nobody again, what was refused by whoever may.
        const again = await agent.post('/v1/receivables', body, { key: `${key}-agent`, prefer: 'wait=60' });
        expect([answer.status, again.status]).toEqual(answer.status === 201 ? [201, 409] : [403, 201]);
      }

      const users = inHome(join('crypto', 'platform', 'users'));
      renameSync(join(users, `${party}-member`), join(users, `${party}-revoked`));
      expect((await itself.get(`/v1/receivables/${before.id}`)).status).toBe(200);
      await itself.register(sequence.registration());
    },
    WITHIN_MS,
  );

  test(
    'that expires soon is warned of',
    async () => {
      expect(await run('certificate', 'watch', '--days', '60')).toMatchObject({ expiring: [] });
      const { code, json } = await ran('certificate', 'watch', '--days', '400', '--as', 'bank-a');
      expect(code).toBe(1);
      const files = (json as { expiring: { file: string }[] }).expiring.map(({ file }) => file);
      expect(files).toContain('bank-a/peer.pem');
    },
    WITHIN_MS,
  );
});

describe('a new member', () => {
  const member = async (): Promise<Json> => ({
    ...{ name: 'bank-c', mspId: 'BankCMSP', displayName: 'Bank C', uscc: '91440300MA5FBANKCA', kinds: ['FINANCIER'] },
    ...{ domain: 'bank-c.onepledge.localhost', peers: [{ name: 'peer0', host: 'localhost', port: await freePort() }] },
  });

  test(
    'is described first',
    async () => {
      expect(await refused('member', 'add', 'bank-c')).toMatchObject({ code: 'NOT_FOUND' });
      const described = await member();
      describeAnew(({ organizations, channels }) => {
        organizations.push(described);
        channels[0]?.members.push('bank-c');
      });
      expect(await run('member', 'add', 'bank-c', '--dry-run')).toMatchObject({ lines: ['BankCMSP becomes a member'] });
      const { lines } = (await run('config', 'diff')) as { lines: string[] };
      expect(lines[0]).toContain('bank-c (BankCMSP) is described and no member yet');
      expect(await run('channel', 'info')).toMatchObject({ updates: 3 });
    },
    WITHIN_MS,
  );

  test(
    'comes in while the network works, and is served at once',
    async () => {
      expect(await run('member', 'add', 'bank-c')).toMatchObject({ lines: ['BankCMSP becomes a member'] });

      const bank = await as({ member: 'bank-c' });
      await until('the gateway serves it', async () => {
        const answer = await bank.get('/v1/members');
        return answer.status === 200 && answer.text.includes('bank-c') ? true : undefined;
      });
      const platform = await as({ member: 'platform' });
      const asset = await platform.register(sequence.registration());
      const { id } = await platform.propose(sequence.terms(asset, 'bank-c'));
      expect(await bank.accept(id)).toMatchObject({ status: 'ACTIVE' });
    },
    WITHIN_MS,
  );

  test(
    'has approved what is in force, and is taken in only once',
    async () => {
      const status = (await run('chaincode', 'status')) as {
        organizations: { organization: string; approved: boolean }[];
      };
      expect(status.organizations).toContainEqual(expect.objectContaining({ organization: 'bank-c', approved: true }));
      expect(await run('member', 'add', 'bank-c')).toMatchObject({ lines: [] });
      expect(await run('channel', 'info')).toMatchObject({ updates: 4 });
    },
    WITHIN_MS,
  );

  // On Fabric each organisation's package is for a process that `network up` starts: the drills do that.
  (isEmbedded ? test : test.skip)(
    'endorses, once the policy names it',
    async () => {
      describeAnew(({ channels }) => {
        const chaincode = channels[0]?.chaincodes[0];
        if (chaincode === undefined) throw new Error('no chaincode is described');
        chaincode.sequence = 2;
        chaincode.endorsementPolicy = "AND('BankCMSP.peer', 'PlatformMSP.peer')";
      });
      expect(await run('chaincode', 'upgrade', '--dry-run')).toMatchObject({ before: { sequence: 1 } });
      expect(await run('chaincode', 'upgrade')).toMatchObject({ committed: { sequence: 2 } });

      const platform = await as({ member: 'platform' });
      const asset = await platform.register(sequence.registration());
      const offer: Pledge = await platform.propose(sequence.terms(asset, 'bank-c'));
      expect(await (await as({ member: 'bank-c' })).accept(offer.id)).toMatchObject({ status: 'ACTIVE' });
      expect(await refused('chaincode', 'upgrade')).toMatchObject({ code: 'NOTHING_TO_DO' });
    },
    WITHIN_MS,
  );
});

(isEmbedded ? describe : describe.skip)('the embedded network', () => {
  test(
    'says in one line what it does not do, and changes nothing',
    async () => {
      const { updates } = await run('channel', 'info');
      for (const words of [
        ['orderer', 'add', 'orderer1'],
        ['orderer', 'remove', 'orderer0'],
        ['channel', 'create', 'onepledge'],
        ['channel', 'join', 'onepledge'],
      ]) {
        expect(await refused(...words)).toMatchObject({ code: 'NOT_POSSIBLE' });
      }
      expect(await run('channel', 'info')).toMatchObject({ updates });
    },
    WITHIN_MS,
  );

  test(
    'has a whole ledger after all that',
    async () => {
      expect(await run('ledger', 'verify')).toMatchObject({ whole: true });
    },
    WITHIN_MS,
  );
});
