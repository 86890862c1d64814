import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import * as grpc from '@grpc/grpc-js';
import * as ab from '@hyperledger/fabric-protos/lib/orderer/ab_pb';
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import { afterAll, beforeAll, describe as given, expect, test } from '@jest/globals';
import {
  changed,
  computeUpdate,
  type ConfigurationChange,
  configurationOf,
  describe,
  lastConfigurationBlock,
  removeOrganization,
  setAccess,
  setBatch,
  setRevocationList,
  signUpdate,
  unsignedUpdate,
  updateTransaction,
} from '../configuration';
import { issueRevocationList, openAuthority } from '../identity/authority';
import { enrol } from '../identity/enrolment';
import { ensureMaterial, type NetworkMaterial } from '../identity/material';
import { readIssuer } from '../identity/organization-folder';
import { type Signer } from '../identity/types';
import { connectClient } from './testing/client';
import { Harness } from './testing/harness';
import { converse } from './testing/stream';
import { verifyLedger } from './verify';

/** The channel as its clients see it, through two starts of one network. */
given('a configuration that changes', () => {
  const harness = new Harness();
  let material: NetworkMaterial;

  beforeAll(async () => {
    await harness.start();
    material = await ensureMaterial(harness.consortium, harness.home);
  });
  afterAll(() => harness.stop());

  const admin = (name: string): Signer => material.organization(name).admin;

  /** The newest block, or one by its number, as the orderer gives it. */
  async function block(contract: { evaluateTransaction(...args: string[]): Promise<Uint8Array> }, number: number) {
    return contract.evaluateTransaction('GetBlockByNumber', 'test', String(number));
  }

  async function current(): Promise<ReturnType<typeof configurationOf>> {
    const client = await harness.client('one');
    const cscc = client.gateway.getNetwork('test').getContract('cscc');
    return configurationOf(await cscc.evaluateTransaction('GetConfigBlock', 'test'));
  }

  async function update(change: ConfigurationChange, ...signers: readonly Signer[]): Promise<string> {
    const { config } = await current();
    const unsigned = unsignedUpdate(computeUpdate('test', config, changed(config, change)));
    return submit(updateTransaction(signers.reduce(signUpdate, unsigned), admin('one')));
  }

  /** @returns the orderer's status and words. */
  async function submit(transaction: Uint8Array): Promise<string> {
    const [orderer] = harness.network.connection.orderers;
    if (orderer === undefined) throw new Error('no orderer');
    const connection = new grpc.Client(orderer.endpoint, grpc.credentials.createSsl(Buffer.from(orderer.tlsCaPem)), {
      'grpc.ssl_target_name_override': orderer.serverName,
    });
    const height = harness.network.height('test');
    try {
      const [bytes] = await converse(connection, '/orderer.AtomicBroadcast/Broadcast', [transaction]);
      const response = ab.BroadcastResponse.deserializeBinary(bytes ?? new Uint8Array());
      for (let tries = 0; response.getStatus() === common.Status.SUCCESS && tries < 500; tries += 1) {
        if (harness.network.height('test') > height) break;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return `${response.getStatus()} ${response.getInfo()}`.trim();
    } finally {
      connection.close();
    }
  }

  async function revocationOf(organization: string, certificatePem: string): Promise<string> {
    const ca = await openAuthority(await readIssuer(join(harness.home, 'crypto', organization)));
    return issueRevocationList(ca, [new X509Certificate(certificatePem).serialNumber], new Date());
  }

  test('is in a block of its own, which every block after it names', async () => {
    const number = harness.network.height('test');

    expect(await update(setBatch({ maxMessageCount: 3 }), material.orderer.admin)).toBe('200');

    const { gateway, contract } = await harness.client('one');
    await contract.submit('put', { arguments: ['after', 'x'] });
    const qscc = gateway.getNetwork('test').getContract('qscc');
    const [brought, next] = [await block(qscc, number), await block(qscc, number + 1)];
    expect(describe(configurationOf(brought).config)).toMatchObject({ sequence: 1, batch: { maxMessageCount: 3 } });
    expect([lastConfigurationBlock(brought), lastConfigurationBlock(next)]).toEqual([number, number]);
    expect(describe((await current()).config).sequence).toBe(1);
  });

  test('is refused without the signatures that it needs, and when it is stale', async () => {
    const { config } = await current();
    const update = computeUpdate('test', config, changed(config, setBatch({ maxMessageCount: 4 })));
    const stale = updateTransaction(signUpdate(unsignedUpdate(update), material.orderer.admin), admin('one'));
    const unsigned = updateTransaction(signUpdate(unsignedUpdate(update), admin('one')), admin('one'));

    expect(await submit(unsigned)).toMatch(/^400 .*\[Value\] {2}\/Channel\/Orderer\/BatchSize not satisfied/);
    expect(await submit(stale)).toBe('200');
    expect(await submit(stale)).toMatch(
      /^400 .*requires that key .*, but it is currently at version|^400 .*to version 2, but key is at version 2/,
    );
  });

  test('revokes a certificate from its block on, and not what was signed before', async () => {
    const spy = await enrol(harness.home, 'two', { name: 'spy', attributes: {} });
    const connect = () => connectClient(harness.home, harness.network.connection, 'two', { identity: spy });
    const before = await connect();
    await before.contract.submit('put', { arguments: ['spied', 'x'] });

    expect(
      await update(setRevocationList('TwoMSP', [await revocationOf('two', spy.certificatePem)]), admin('two')),
    ).toBe('200');

    await expect(before.contract.submit('put', { arguments: ['spied', 'y'] })).rejects.toThrow();
    before.close();
    const { contract } = await harness.client('one');
    expect(Buffer.from(await contract.evaluateTransaction('get', 'spied')).toString()).toBe('x');
  });

  test('says who may read what', async () => {
    const { gateway } = await harness.client('three');
    const read = () => gateway.getNetwork('test').getContract('qscc').evaluateTransaction('GetChainInfo', 'test');
    await read();

    const signers = ['one', 'two'].map(admin);
    expect(await update(setAccess('qscc/GetChainInfo', '/Channel/Application/Admins'), ...signers)).toBe('200');

    await expect(read()).rejects.toThrow();
  });

  test('counts after a restart, and lists beside the keys are entered into it once', async () => {
    const late = await enrol(harness.home, 'one', { name: 'late', attributes: {} });
    const folder = join(harness.home, 'crypto', 'one', 'crls');
    mkdirSync(folder);
    writeFileSync(join(folder, 'late.pem'), await revocationOf('one', late.certificatePem));
    const height = harness.network.height('test');

    await harness.stopNetwork();
    await harness.start();
    const entered = describe((await current()).config);
    expect(harness.network.height('test')).toBe(height + 1);
    await harness.stopNetwork();
    await harness.start();

    expect(harness.network.height('test')).toBe(height + 1);
    expect(entered.members.map(({ mspId, revoked }) => [mspId, revoked.length])).toEqual([
      ['OneMSP', 1],
      ['ThreeMSP', 0],
      ['TwoMSP', 1],
    ]);
    expect(entered.batch.maxMessageCount).toBe(4);
  });

  test('ends a membership, and each block of the ledger is verified by the configuration of its time', async () => {
    const gone = await harness.client('three');
    await gone.contract.submit('put', { arguments: ['farewell', 'x'] });

    expect(await update(removeOrganization('ThreeMSP'), ...['one', 'two'].map(admin))).toBe('200');

    await expect(gone.contract.submit('put', { arguments: ['farewell', 'y'] })).rejects.toThrow();
    const { contract } = await harness.client('one');
    await contract.submit('put', { arguments: ['without', 'three'] });
    await harness.stopNetwork();
    const ledger = join(harness.home, 'network', 'ledger', 'test');
    const { faults, height, valid, transactions } = await verifyLedger(ledger, { temporary: harness.home });
    expect(faults).toEqual([]);
    expect(height).toBeGreaterThan(8);
    expect(valid).toBe(transactions);
  });
});
