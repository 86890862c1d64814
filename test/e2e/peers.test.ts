/** A member with two peers: either of them is enough, for what it does itself and for what others do with assets that it has claims on. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { issueToken } from '@onepledge/gateway/demo-issuer';
import { type Consortium, loadConsortium } from '@onepledge/network';
import { type EmbeddedNetwork, startEmbeddedNetwork } from '@onepledge/network/embedded';
import { freePort, packageChaincode } from '@onepledge/network/fabric';
import { Client, type Pledge, type Receivable } from '../support/client';
import { Program } from '../support/program';
import { ROOT } from '../support/root';
import { Sequence } from '../support/sequences';
import { until } from '../support/wait';

const MEMBER = 'bank-a';
const home = mkdtempSync(join(tmpdir(), 'onepledge-peers-'));
const sequence = new Sequence('peers');
let network: EmbeddedNetwork;
let programs: readonly Program[] = [];
let url: string;

/** The consortium with a second peer of the member. */
function described(): Consortium {
  const consortium = loadConsortium(join(ROOT, 'network', 'consortium.yaml'));
  const second = { name: 'peer1', host: 'localhost', port: 8052 };
  const organizations = consortium.organizations.map((one) =>
    one.name === MEMBER ? { ...one, peers: [...one.peers, second] } : one,
  );
  return { ...consortium, organizations };
}

beforeAll(async () => {
  for (const folder of ['run', 'secrets']) mkdirSync(join(home, folder), { mode: 0o700 });
  const keyFile = join(home, 'secrets', 'evidence.key');
  writeFileSync(keyFile, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  const address = `unix:${join(home, 'chaincode.sock')}`;
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const program = (name: string, environment: Readonly<Record<string, string>>): Program =>
    new Program({
      ...{ name, file: `${name}/dist/main.js`, logFile: join(home, 'run', `${name}.log`) },
      environment: { ONEPLEDGE_HOME: home, ...environment },
    });
  programs = [
    program('chaincode', {
      CHAINCODE_SERVER_ADDRESS: address,
      CHAINCODE_ID: packageChaincode('onepledge', '1.0', address).id,
      ONEPLEDGE_EVIDENCE_KEY_FILE: keyFile,
      ONEPLEDGE_REGISTRARS: 'PlatformMSP',
    }),
    program('gateway', { PORT: String(port), RATE_LIMIT: '0' }),
  ];
  for (const one of programs) one.start();
  network = await startEmbeddedNetwork({
    ...{ home, consortium: described(), chaincodeAddress: address, peerPorts: 'ephemeral' },
  });
  await until('the gateway is ready', async () => {
    const ready = await new Client(url).get('/readyz').catch(() => undefined);
    return ready?.status === 200 ? true : undefined;
  });
}, 60_000);

afterAll(async () => {
  await Promise.all(programs.map((one) => one.stop()));
  await network.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
});

const as = async (actor: { readonly member: string; readonly party?: string }): Promise<Client> =>
  new Client(url, await issueToken(home, actor));

describe('a member with two peers', () => {
  test.each(['peer0', 'peer1'])('acts, and lets others act on what it has claims on, without %s', async (stopped) => {
    const platform = await as({ member: 'platform' });
    const debtor = await as({ member: 'platform', party: sequence.buyer.uscc });
    const bank = await as({ member: MEMBER });
    const asset = await platform.register(sequence.registration());
    const pledge = await platform.propose(sequence.terms(asset, MEMBER));
    await bank.accept(pledge.id);

    await network.stopPeer(MEMBER, stopped);
    try {
      // From the claim on the receivable changes with an endorsement of the claimant's only.
      const confirmed = await debtor.post(`/v1/receivables/${asset.id}/confirmation`, { decision: 'CONFIRM' });
      expect(confirmed.as<Receivable>(201)).toMatchObject({ confirmed: true });
      const released = await bank.post(`/v1/pledges/${pledge.id}/release`, { reason: 'SETTLED' });
      expect(released.as<Pledge>(201)).toMatchObject({ status: 'RELEASED' });
    } finally {
      await network.startPeer(MEMBER, stopped);
    }
  });
});
