/** Our first block against the one that Fabric's own configtxgen makes of the same organisations; where it is on PATH. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Block, Envelope, Payload } from '@hyperledger/fabric-protos/lib/common/common_pb';
import { ConfigEnvelope, type ConfigGroup } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { ACLs } from '@hyperledger/fabric-protos/lib/peer/configuration_pb';
import { layoutOf, SIZES } from '../compose/layout';
import { type ChannelSpec, loadConsortium } from '../consortium';
import { ensureMaterial } from '../identity/material';
import { accessControl } from './capabilities';
import { configurationBlock } from './index';
import { PROFILE, writeConfigtx } from './testing/configtx-yaml';

const isThere = spawnSync('configtxgen', ['-version']).status === 0;
const home = mkdtempSync(join(tmpdir(), 'configtxgen-'));

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

function channelGroup(bytes: Uint8Array): ConfigGroup {
  const [data = new Uint8Array()] = Block.deserializeBinary(bytes).getData()?.getDataList_asU8() ?? [];
  const payload = Payload.deserializeBinary(Envelope.deserializeBinary(data).getPayload_asU8());
  const group = ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()?.getChannelGroup();
  if (group === undefined) throw new Error('no channel group');
  return group;
}

/** Every element by its path: who may change it, and its content; a map of the message in one order. */
function elements(group: ConfigGroup, path = ''): Readonly<Record<string, string>> {
  const own: [string, string][] = [[`${path}/`, group.getModPolicy()]];
  group.getValuesMap().forEach((value, name) => {
    const bytes = value.getValue_asU8();
    const content = name === 'ACLs' ? readAcls(bytes) : Buffer.from(bytes).toString('latin1');
    own.push([`${path}/values/${name}`, `${value.getModPolicy()} ${content}`]);
  });
  group.getPoliciesMap().forEach((policy, name) => {
    const message = policy.getPolicy();
    const content = Buffer.from(message?.getValue_asU8() ?? []).toString('latin1');
    own.push([`${path}/policies/${name}`, `${policy.getModPolicy()} ${message?.getType() ?? ''} ${content}`]);
  });
  const below: Record<string, string> = {};
  group.getGroupsMap().forEach((child, name) => Object.assign(below, elements(child, `${path}/${name}`)));
  return { ...Object.fromEntries(own), ...below };
}

function readAcls(bytes: Uint8Array): string {
  return JSON.stringify(Object.entries(aclsOf(ACLs.deserializeBinary(bytes))).sort());
}

function aclsOf(message: ACLs): Readonly<Record<string, string>> {
  const policies: Record<string, string> = {};
  message.getAclsMap().forEach((resource, name) => {
    policies[name] = resource.getPolicyRef();
  });
  return policies;
}

(isThere ? describe : describe.skip)("the first block (skipped without Fabric's configtxgen on PATH)", () => {
  test.each(SIZES)('of the %s network says the same as configtxgen’s, element by element', async (size) => {
    const described = loadConsortium(resolve(__dirname, '..', 'consortium.yaml'));
    const { placement, consensus } = layoutOf(described, size);
    const { consortium } = placement;
    const [channel] = consortium.channels as [ChannelSpec];
    const folder = mkdtempSync(join(home, 'configtx-'));
    const material = await ensureMaterial(consortium, folder);
    await writeConfigtx(folder, consortium, channel, material, consensus, aclsOf(accessControl()));
    const file = join(folder, 'first.block');
    const args = ['-configPath', folder, '-profile', PROFILE, '-channelID', channel.name, '-outputBlock', file];
    execFileSync('configtxgen', args, { stdio: 'pipe', timeout: 30_000 });

    const ours = elements(channelGroup(configurationBlock(consortium, channel, material, consensus, new Date())));

    expect(ours).toEqual(elements(channelGroup(readFileSync(file))));
  });
});
