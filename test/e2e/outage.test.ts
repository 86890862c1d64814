/** A gateway whose ledger is away, or the peer of a claimant: it says so, loses nothing, and goes on when it is back. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { type Connection, connectionFile } from '@onepledge/network';
import { openAdministration } from '@onepledge/network/administration';
import { Client, type Pledge, type Receivable, type TransactionView } from '../support/client';
import { freePort } from '@onepledge/network/fabric';
import { cny, Sequence } from '../support/sequences';
import { useSystem } from '../support/use-system';
import { until } from '../support/wait';

const { as, system } = useSystem({ faultsAllowed: true });
const sequence = new Sequence('outage');
const anonymous = (): Client => new Client(system().url());

describe('a gateway without a ledger', () => {
  test('is alive, says that it is not ready and why, refuses reads, and comes back with the ledger', async () => {
    const platform = await as({ member: 'platform' });
    const made = await platform.register(sequence.registration());
    let location = '';
    await system().network.kill();
    try {
      await until('it notices', async () => ((await anonymous().get('/readyz')).status === 503 ? true : undefined));
      const ready = await anonymous().get('/readyz');
      expect(ready.text).toMatch(/ledger/i);
      expect((await anonymous().get('/healthz')).status).toBe(200);
      const read = await platform.get(`/v1/receivables/${made.id}`);
      expect([read.status, read.problem.code, read.problem.retryable]).toEqual([503, 'LEDGER_UNAVAILABLE', true]);
      const write = await platform.post('/v1/receivables', sequence.registration(), { prefer: 'wait=1' });
      write.as<object>(202);
      location = write.headers['location'] ?? '';
      expect(await platform.read<TransactionView>(location)).toMatchObject({ status: 'PENDING' });
    } finally {
      system().network.start();
    }
    await system().ready();
    expect(await platform.receivable(made.id)).toMatchObject({ id: made.id });
    const final = await until('the write is final', async () => {
      const view = await platform.read<TransactionView>(location);
      return view.status === 'PENDING' ? undefined : view;
    });
    expect(final).toMatchObject({ status: 'COMMITTED' });
  });
});

/** While it works, bank-a has approved no package for the chaincode, so that its peer cannot endorse. */
async function withoutBankA(work: () => Promise<void>): Promise<void> {
  const administration = await openAdministration(system().home, ['bank-a']);
  try {
    const { channel, chaincode } = administration.connection;
    const [{ administrator }] = administration.organizations;
    const committed = await administrator.committed(channel, chaincode);
    const [used] = (await administrator.installed()).filter(({ usedBy }) => usedBy.includes(`${channel}/${chaincode}`));
    if (committed === undefined || used === undefined) throw new Error('the chaincode is not there');
    await administrator.approve(channel, committed.definition, '');
    try {
      await work();
    } finally {
      await administrator.approve(channel, committed.definition, used.id);
    }
  } finally {
    administration.close();
  }
}

describe('a claimant whose peer does not endorse', () => {
  const half = cny('500000.00');

  /** A receivable whose first half bank-a may hold, and an offer of the other half to bank-b. */
  async function offered(held: boolean): Promise<Readonly<{ asset: Receivable; offer: Pledge }>> {
    const platform = await as({ member: 'platform' });
    const asset = await platform.register(sequence.registration());
    if (held) {
      const { id } = await platform.propose(sequence.terms(asset, 'bank-a', { covers: half }));
      await (await as({ member: 'bank-a' })).accept(id);
    }
    return { asset, offer: await platform.propose(sequence.terms(asset, 'bank-b', { covers: half })) };
  }

  test('holds up what is on its assets, nothing else, and whoever asks is told whom it waits for', async () => {
    const [held, ...free] = [await offered(true), await offered(false), await offered(false)];
    const bankB = await as({ member: 'bank-b' });
    const debtor = await as({ member: 'platform', party: sequence.buyer.uscc });
    await withoutBankA(async () => {
      await until('the others know', async () => {
        const { status } = await debtor.post(
          `/v1/receivables/${held.asset.id}/confirmation`,
          { decision: 'CONFIRM' },
          { prefer: 'wait=30' },
        );
        return status === 503 ? true : undefined;
      });
      const answers = await Promise.all(
        [held, ...free].map(({ offer }) => bankB.post(`/v1/pledges/${offer.id}/acceptance`, {}, { prefer: 'wait=30' })),
      );
      expect(answers.map(({ status }) => status)).toEqual([503, 201, 201]);
      expect(answers[0]?.problem).toMatchObject({ code: 'CLAIMANT_UNAVAILABLE', retryable: true });
      expect(answers[0]?.problem.detail).toContain('bank-a');
      expect(await bankB.receivable(held.asset.id)).toMatchObject({ encumbered: half, confirmed: false });
    });
    const accepted = await until('bank-a endorses again', async () => {
      const answer = await bankB.post(`/v1/pledges/${held.offer.id}/acceptance`, {}, { prefer: 'wait=30' });
      return answer.status === 201 ? answer.as<Pledge>(201) : undefined;
    });
    expect(accepted).toMatchObject({ status: 'ACTIVE', rank: 2 });
  }, 120_000);
});

describe('a member with several peers', () => {
  test('goes on through the second when the first is gone', async () => {
    const nobody = `localhost:${await freePort()}`;
    const file = connectionFile(system().home);
    const known = JSON.parse(readFileSync(file, 'utf8')) as Connection;
    const organizations = known.organizations.map((one) => ({
      ...one,
      peers: [...one.peers.map((peer) => ({ ...peer, endpoint: nobody })), ...one.peers],
    }));
    writeFileSync(file, JSON.stringify({ ...known, organizations }));
    const [gateway] = system().gateways;
    await gateway?.program.stop();
    gateway?.program.start();
    await system().ready();
    const platform = await as({ member: 'platform' });
    const bank = await as({ member: 'bank-a' });

    const asset = await platform.register(sequence.registration());
    const pledge = await platform.propose(sequence.terms(asset, 'bank-a'));
    // Its first act: this member's first peer has not been tried yet.
    const accepted = await bank.accept(pledge.id);

    expect(accepted).toMatchObject({ status: 'ACTIVE' });
  });
});
