import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Block, Envelope, Payload } from '@hyperledger/fabric-protos/lib/common/common_pb';
import { ConfigEnvelope, type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { ImplicitMetaPolicy, SignaturePolicyEnvelope } from '@hyperledger/fabric-protos/lib/common/policies_pb';
import { FabricMSPConfig, MSPConfig } from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';
import { BatchSize, ConsensusType } from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import { type ChannelSpec, type Consortium } from '../consortium';
import { issueRevocationList, openAuthority } from '../identity/authority';
import { ensureMaterial, type NetworkMaterial } from '../identity/material';
import { readIssuer } from '../identity/organization-folder';
import { formatPolicy, policyFromEnvelope } from '../identity/policy';
import { testConsortium } from '../embedded/testing/consortium';
import {
  changed,
  ConfigurationError,
  configurationBlock,
  configurationOf,
  type Consensus,
  describe as describeConfiguration,
  lastConfigurationBlock,
  setBatch,
  setRevocationList,
} from './index';

const home = mkdtempSync(join(tmpdir(), 'configuration-'));
const consortium: Consortium = testConsortium();
const [channel] = consortium.channels as [ChannelSpec];
let material: NetworkMaterial;
let crl: string;

beforeAll(async () => {
  material = await ensureMaterial(consortium, home);
  const one = await openAuthority(await readIssuer(join(home, 'crypto', 'one')));
  crl = await issueRevocationList(one, ['77', 'abcd'], new Date());
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

function make(type: Consensus['type'] = 'etcdraft'): Uint8Array {
  return configurationBlock(consortium, channel, material, type, new Date(0));
}

function channelGroup(block: Block): ConfigGroup {
  const envelope = Envelope.deserializeBinary(block.getData()?.getDataList_asU8()[0] ?? new Uint8Array());
  const payload = Payload.deserializeBinary(envelope.getPayload_asU8());
  const group = ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()?.getChannelGroup();
  if (group === undefined) throw new Error('no channel group');
  return group;
}

function at(group: ConfigGroup, ...names: string[]): ConfigGroup {
  return names.reduce<ConfigGroup>((parent, name) => {
    const child = parent.getGroupsMap().get(name);
    if (child === undefined) throw new Error(`no group ${name}`);
    return child;
  }, group);
}

const value = (group: ConfigGroup, name: string): Uint8Array =>
  group.getValuesMap().get(name)?.getValue_asU8() ?? new Uint8Array();
const policy = (group: ConfigGroup, name: string): Uint8Array =>
  group.getPoliciesMap().get(name)?.getPolicy()?.getValue_asU8() ?? new Uint8Array();

describe('the first block of a channel', () => {
  test("holds each member's MSP with roles by organisational unit, policies and anchor peers", () => {
    const application = at(channelGroup(Block.deserializeBinary(make())), 'Application');

    expect([...application.getGroupsMap().keys()].sort()).toEqual(['OneMSP', 'ThreeMSP', 'TwoMSP']);
    const one = at(application, 'OneMSP');
    const msp = FabricMSPConfig.deserializeBinary(MSPConfig.deserializeBinary(value(one, 'MSP')).getConfig_asU8());
    expect(msp.getName()).toBe('OneMSP');
    expect(Buffer.from(msp.getRootCertsList_asU8()[0] ?? []).toString()).toBe(material.organization('one').caPem);
    expect(msp.getFabricNodeOus()?.getEnable()).toBe(true);
    expect(msp.getFabricNodeOus()?.getPeerOuIdentifier()?.getOrganizationalUnitIdentifier()).toBe('peer');
    const texts = ['Readers', 'Writers', 'Admins', 'Endorsement'].map((name) =>
      formatPolicy(policyFromEnvelope(SignaturePolicyEnvelope.deserializeBinary(policy(one, name)))),
    );
    expect(texts).toEqual([
      "OR('OneMSP.admin', 'OneMSP.peer', 'OneMSP.client')",
      "OR('OneMSP.admin', 'OneMSP.client')",
      "AND('OneMSP.admin')",
      "AND('OneMSP.peer')",
    ]);
  });

  test('asks a majority of the members for definitions of chaincodes', () => {
    const application = at(channelGroup(Block.deserializeBinary(make())), 'Application');

    const meta = ImplicitMetaPolicy.deserializeBinary(policy(application, 'LifecycleEndorsement'));

    expect([meta.getRule(), meta.getSubPolicy()]).toEqual([ImplicitMetaPolicy.Rule.MAJORITY, 'Endorsement']);
  });

  test("holds the description's block settings and consensus", () => {
    const orderer = at(channelGroup(Block.deserializeBinary(make('BFT'))), 'Orderer');

    expect(BatchSize.deserializeBinary(value(orderer, 'BatchSize')).getMaxMessageCount()).toBe(
      channel.blocks.maxMessageCount,
    );
    expect(ConsensusType.deserializeBinary(value(orderer, 'ConsensusType')).getType()).toBe('BFT');
    const quorum = SignaturePolicyEnvelope.deserializeBinary(policy(orderer, 'BlockValidation'));
    expect(quorum.getIdentitiesList()).toHaveLength(consortium.orderer.orderers.length);
  });

  test('has the hash of its data in its header', () => {
    const block = Block.deserializeBinary(make());

    const data = block.getData()?.getDataList_asU8()[0] ?? new Uint8Array();

    expect(Buffer.from(block.getHeader()?.getDataHash_asU8() ?? [])).toEqual(
      createHash('sha256').update(data).digest(),
    );
  });
});

describe('the description of a configuration', () => {
  test('has its members, orderers, policies and block cutting as plain data', () => {
    const before = configurationOf(make('BFT')).config;

    const found = describeConfiguration(changed(before, setRevocationList('OneMSP', [crl])));

    expect(found).toMatchObject({
      sequence: 0,
      batch: { maxMessageCount: 100, batchTimeoutMs: 10 },
      capabilities: { channel: ['V3_0'], orderer: ['V2_0'], application: ['V2_5'] },
      ordering: { consensus: 'BFT', maintenance: false, consenters: [{ id: 1, mspId: material.orderer.mspId }] },
    });
    expect(found.members.map(({ mspId }) => mspId)).toEqual(['OneMSP', 'ThreeMSP', 'TwoMSP']);
    const slower = changed(before, setBatch({ batchTimeoutMs: 1500 }));
    expect(describeConfiguration(slower).batch.batchTimeoutMs).toBe(1500);
    const [one] = found.members;
    const ca = new X509Certificate(material.organization('one').caPem);
    expect(one).toMatchObject({ revoked: ['77', 'ABCD'], nodeOUs: true, anchorPeers: ['localhost:17051'] });
    expect(one?.cas[0]?.fingerprint).toBe(ca.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(found.policies['/Channel/Application/Admins']).toBe('MAJORITY Admins');
    expect(found.policies['/Channel/Application/OneMSP/Writers']).toBe("OR('OneMSP.admin', 'OneMSP.client')");
    expect(found.access['peer/Propose']).toBe('/Channel/Application/Writers');
  });

  test('of a block needs a configuration block; any block tells the number of the last', () => {
    const block = make();

    expect(configurationOf(block).channel).toBe('test');
    expect(lastConfigurationBlock(block)).toBe(0);
    expect(() => configurationOf(new Uint8Array())).toThrow('brings no configuration');
    expect(() => configurationOf(Buffer.from('hello'))).toThrow(ConfigurationError);
  });
});

interface FabricGroup {
  readonly groups: Readonly<Record<string, FabricGroup>>;
  readonly values: Readonly<Record<string, { readonly value: unknown }>>;
}

const hasInspector = spawnSync('configtxgen', ['-version']).status === 0;

// Only where Fabric's programs are on PATH: they read the block as an orderer that joins by it does.
(hasInspector ? describe : describe.skip)("Fabric's own configtxgen (on PATH)", () => {
  test.each(['etcdraft', 'BFT'] as const)('reads the block and finds all of it (%s)', (type) => {
    const file = join(home, `${type}.block`);
    writeFileSync(file, make(type));

    const json = execFileSync('configtxgen', ['-inspectBlock', file], { encoding: 'utf8', stdio: 'pipe' });

    const found = JSON.parse(json) as {
      data: { data: [{ payload: { data: { config: { channel_group: FabricGroup } } } }] };
    };
    const group = found.data.data[0].payload.data.config.channel_group;
    expect(Object.keys(group.groups['Application']?.groups ?? {}).sort()).toEqual(['OneMSP', 'ThreeMSP', 'TwoMSP']);
    expect(group.values['Capabilities']?.value).toEqual({ capabilities: { V3_0: {} } });
    expect(group.groups['Orderer']?.values['ConsensusType']?.value).toMatchObject({ type });
  });
});
