/** Chaincodes are upgraded while the network runs, by packages that operators install. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { encodeCollections } from '../../../configuration/collections';
import { enrol } from '../../../identity/enrolment';
import { parsePolicy } from '../../../identity/policy';
import { makePackage, parsePackage } from '../../packages/package';
import { type TestClient } from '../../testing/client';
import { Harness } from '../../testing/harness';
import { type DefinitionArgs, encodeDefinitionArgs } from '../../wire/lifecycle';
import { Writer } from '../../wire/protobuf';
import { encodeApplicationPolicy } from './policy';

const ORGANIZATIONS = [
  ['one', 'OneMSP'],
  ['two', 'TwoMSP'],
  ['three', 'ThreeMSP'],
] as const;

describe('a chaincode that is upgraded', () => {
  const harness = new Harness({ batchTimeout: '2ms' });
  const admins = new Map<string, TestClient>();

  async function connectAdmins(): Promise<void> {
    for (const [name] of ORGANIZATIONS) {
      const identity = await enrol(harness.home, name, { name: 'operator', role: 'admin', attributes: {} });
      admins.set(name, await harness.client(name, { identity }));
    }
  }

  beforeAll(async () => {
    await harness.start();
    await connectAdmins();
  });
  afterAll(() => harness.stop());

  function admin(name: string): TestClient {
    const found = admins.get(name);
    if (found === undefined) throw new Error(`no administrator of ${name}`);
    return found;
  }

  async function lifecycle(name: string, call: string, argument: Buffer, endorsers: readonly string[]): Promise<void> {
    const contract = admin(name).network.getContract('_lifecycle');
    await contract.submit(call, { arguments: [argument], endorsingOrganizations: [...endorsers] });
  }

  /** Approved by all organisations with the package, and committed. */
  async function define(sequence: number, version: string, policy: string, packageId: string): Promise<void> {
    const definition: DefinitionArgs = {
      name: 'basic',
      version,
      sequence,
      endorsementPlugin: '',
      validationPlugin: '',
      validationParameter: encodeApplicationPolicy({ kind: 'signature', policy: parsePolicy(policy) }),
      collections: encodeCollections(harness.consortium.channels[0]?.chaincodes[0]?.collections ?? []),
      initRequired: false,
      packageId,
    };
    for (const [name, mspId] of ORGANIZATIONS) {
      await lifecycle(name, 'ApproveChaincodeDefinitionForMyOrg', encodeDefinitionArgs(definition), [mspId]);
    }
    const all = ORGANIZATIONS.map(([, mspId]) => mspId);
    await lifecycle('one', 'CommitChaincodeDefinition', encodeDefinitionArgs({ ...definition, packageId: '' }), all);
  }

  test('serves without a pause, by the old definition and then by the new one', async () => {
    const bytes = makePackage('basic-2', harness.chaincode.address);
    const { id } = parsePackage(bytes);
    for (const [name] of ORGANIZATIONS) {
      const argument = new Writer(bytes.length + 8).bytes(1, bytes).finish();
      await admin(name)
        .network.getContract('_lifecycle')
        .evaluate('InstallChaincode', { arguments: [argument] });
    }
    const client = await harness.client('two');
    let stopped = false;
    let written = 0;
    const failures = new Set<string>();
    const writers = Array.from({ length: 3 }, async (_, writer) => {
      for (let count = 0; !stopped; count += 1) {
        try {
          const commit = await client.contract.submitAsync('put', { arguments: [`load:${writer}:${count}`, 'x'] });
          const { code } = await commit.getStatus();
          if (code === 0) written += 1;
          else failures.add(`validation code ${code}`);
        } catch (error) {
          failures.add(error instanceof GatewayError ? JSON.stringify(error.details) : String(error));
        }
      }
    });
    const before = written;
    try {
      await define(2, '2.0', "AND('OneMSP.peer', 'TwoMSP.peer', 'ThreeMSP.peer')", id);
      const upgraded = written;
      const deadline = Date.now() + 20_000;
      while (written < upgraded + 5 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      stopped = true;
      await Promise.all(writers);
    }
    expect(written).toBeGreaterThan(before + 5);
    // What two endorsed before the upgrade and is ordered after it fails by the new policy, or by the sequence that it has read.
    const expected = ['validation code 10', 'validation code 11'];
    expect([...failures].filter((failure) => !expected.includes(failure))).toEqual([]);
    const two = client.contract.submit('put', {
      arguments: ['few', 'x'],
      endorsingOrganizations: ['OneMSP', 'TwoMSP'],
    });
    await expect(two).rejects.toMatchObject({ code: 10 });
  });

  test('is refused a package twice, and knows what it runs', async () => {
    const bytes = makePackage('basic-2', harness.chaincode.address);
    const { id } = parsePackage(bytes);
    const contract = admin('one').network.getContract('_lifecycle');
    const install = contract.evaluate('InstallChaincode', {
      arguments: [new Writer(bytes.length + 8).bytes(1, bytes).finish()],
    });
    await expect(install).rejects.toThrow(`chaincode already successfully installed (package ID '${id}')`);
    const installed = await contract.evaluate('QueryInstalledChaincode', {
      arguments: [new Writer(128).string(1, id).finish()],
    });
    expect(Buffer.from(installed).toString('latin1')).toMatch(/basic-2[\s\S]*test[\s\S]*basic[\s\S]*2\.0/u);
    const golang = contract.evaluate('InstallChaincode', {
      arguments: [new Writer(64).bytes(1, Buffer.from('no package')).finish()],
    });
    await expect(golang).rejects.toThrow('could not parse as a chaincode install package');
  });

  test('runs from its package after a restart', async () => {
    await harness.stopNetwork();
    await harness.start();
    const client = await harness.client('three');
    await client.contract.submitTransaction('put', 'after', 'a restart');
    expect(Buffer.from(await client.contract.evaluateTransaction('get', 'after')).toString()).toBe('a restart');
  });
});
