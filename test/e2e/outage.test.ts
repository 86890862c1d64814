/** A gateway whose ledger is away: it says so, loses nothing, and goes on when the ledger is back. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { type Connection, connectionFile } from '@onepledge/network';
import { Client, type TransactionView } from '../support/client';
import { freePort } from '../support/ports';
import { Sequence } from '../support/sequences';
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
