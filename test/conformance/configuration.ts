/** What administrators do with a channel's configuration, for the tables: change it, in rightful ways and in others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { common, orderer } from '@hyperledger/fabric-protos';
import {
  type Config,
  type ConfigGroup,
  type ConfigUpdate,
  type ConfigUpdateEnvelope,
} from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import {
  createSigner,
  enrol,
  type EnrolledIdentity,
  issueRevocationList,
  openAuthority,
  type Signer,
} from '@onepledge/network';
import {
  changed,
  computeUpdate,
  type ConfigurationChange,
  configurationOf,
  describe,
  type MemberDefinition,
  setBatch,
  setRevocationList,
  signUpdate,
  unsignedUpdate,
} from '@onepledge/network/configuration';
import { observing, shows } from './acts';
import { type Act, type Observed, type OrganizationName } from './behaviour';
import { converse, envelope, ordererOf, statusName } from './messages';
import { type Actor, type World } from './world';

/** The channel whose configuration changes. */
export const CHANNEL = 'beta';

/** Who signs: an actor's administrator or client, or the ordering organisation's administrator. */
export type UpdateSigner = Actor | 'orderer/admin';

export interface UpdateOptions {
  /** Default: the administrators of both members, and the ordering organisation's. */
  readonly signers?: readonly UpdateSigner[];
  /** Who hands it in; org1 when left out. */
  readonly as?: Actor;
  /** Changes the update before it is signed. */
  readonly tamper?: (update: ConfigUpdate, config: Config) => void;
  /** Changes what is signed, after the signatures. */
  readonly forge?: (envelope: ConfigUpdateEnvelope) => void;
}

const ALL: readonly UpdateSigner[] = ['org1/admin', 'org2/admin', 'orderer/admin'];

/** What a behaviour changes. */
export type Change = (world: World) => ConfigurationChange | Promise<ConfigurationChange>;

/** Cuts blocks at another count than now, so that something changes whatever is there. */
export const another: Change = async (world) =>
  setBatch({ maxMessageCount: describe(await currentConfig(world)).batch.maxMessageCount + 1 });

/** Proposes a change; shows the orderer's status and words. Where it is taken, all members' peers go by it at the end. */
export function update(change: Change, options: UpdateOptions = {}): Act {
  return async (world) => shows(world, await propose(world, change, options));
}

/** Changes what is to be there before, or put back after. */
export function updated(change: Change, options: UpdateOptions = {}): Act {
  return async (world) => {
    const [status, info] = await propose(world, change, options);
    return status === 'SUCCESS' ? { status: 'OK' } : { status, message: info };
  };
}

async function propose(world: World, change: Change, options: UpdateOptions): Promise<readonly [string, string]> {
  const before = await currentConfig(world);
  const after = changed(before, await change(world));
  return send(world, before, computeUpdate(CHANNEL, before, after), options);
}

/** Sends an update that was made before. */
export async function send(
  world: World,
  before: Config,
  update: ConfigUpdate,
  { signers = ALL, as = 'org1', tamper, forge }: UpdateOptions = {},
): Promise<readonly [string, string]> {
  tamper?.(update, before);
  let signed = unsignedUpdate(update);
  for (const signer of signers) signed = signUpdate(signed, await signerOf(world, signer));
  forge?.(signed);
  const answer = await handIn(world, signed.serializeBinary(), as);
  if (answer[0] === 'SUCCESS') await everywhere(world, before.getSequence() + 1);
  return answer;
}

/** Hands in any bytes as an update. */
export async function handIn(world: World, data: Uint8Array, as: Actor = 'org1'): Promise<readonly [string, string]> {
  const connection = ordererOf(world);
  try {
    const message = await envelope(world, common.HeaderType.CONFIG_UPDATE, data, { as, channel: CHANNEL });
    const [bytes] = await converse(connection, '/orderer.AtomicBroadcast/Broadcast', [message.serializeBinary()]);
    const response = orderer.BroadcastResponse.deserializeBinary(bytes ?? new Uint8Array());
    return [statusName(response.getStatus()), response.getInfo()];
  } finally {
    connection.close();
  }
}

/** The newest configuration block, as a member's peer has it. */
export async function configBlock(world: World, at: OrganizationName = 'org1'): Promise<Uint8Array> {
  const { gateway } = await world.client('org1/admin', at);
  return gateway.getNetwork(CHANNEL).getContract('cscc').evaluateTransaction('GetConfigBlock', CHANNEL);
}

export async function currentConfig(world: World): Promise<Config> {
  return configurationOf(await configBlock(world)).config;
}

const SETTLED_WITHIN_MS = 30_000;

async function everywhere(world: World, sequence: number): Promise<void> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  for (const member of ['org1', 'org2'] as const) {
    for (;;) {
      const { config } = configurationOf(await configBlock(world, member));
      if (config.getSequence() >= sequence) break;
      if (Date.now() > deadline) throw new Error(`the peer of ${member} has no configuration ${sequence}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function signerOf(world: World, signer: UpdateSigner): Promise<Signer> {
  if (signer !== 'orderer/admin') return (await world.client(signer)).signer;
  const { mspId, certificatePem, privateKeyPem } = await enrol(world.engine.home, 'orderer', {
    name: 'configurer',
    role: 'admin',
    attributes: {},
  });
  return createSigner(mspId, certificatePem, privateKeyPem);
}

/** Organisation 3 as a member. */
export function thirdMember(world: World): MemberDefinition {
  const pem = (file: string): string => readFileSync(join(world.engine.home, 'crypto', 'org3', file), 'utf8');
  return { mspId: 'Org3MSP', caPem: pem('ca.pem'), tlsCaPem: pem('tlsca.pem'), anchorPeers: [] };
}

/** Revokes a certificate of organisation 2. @param name the identity that has it */
export function revoking(name: string): Change {
  return async (world) => {
    const { home } = world.engine;
    const pem = readFileSync(join(home, 'crypto', 'org2', 'ca.pem'), 'utf8');
    const [certPem = ''] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem) ?? [];
    const [keyPem = ''] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(pem) ?? [];
    const { certificatePem } = await enrol(home, 'org2', { name, attributes: {} });
    const serial = new X509Certificate(certificatePem).serialNumber;
    const authority = await openAuthority({ certPem, keyPem });
    return setRevocationList('Org2MSP', [await issueRevocationList(authority, [serial], new Date())]);
  };
}

/** Another's certificate calls: one of organisation 2's, by name. */
export function asNamed(name: string, act: 'evaluate' | 'submit'): Act {
  return async (world) => {
    const identity = await enrol(world.engine.home, 'org2', { name, attributes: {} });
    return withIdentity(world, identity, act);
  };
}

/** A client with this identity of organisation 2 reads or writes. */
export async function withIdentity(
  world: World,
  identity: EnrolledIdentity,
  act: 'evaluate' | 'submit',
): Promise<Observed> {
  const client = world.clients.connect(identity, 'org2');
  try {
    return await observing(world, act === 'submit' ? 'endorse' : 'evaluate', async () => {
      const contract = client.gateway.getNetwork(CHANNEL).getContract('basic');
      if (act === 'submit') await contract.submitTransaction('put', world.fill('$k'), 'x');
      else await contract.evaluateTransaction('get', world.fill('$k'));
      return { status: 'OK' };
    });
  } finally {
    client.close();
  }
}

/** A group below `Channel`. */
export function groupOf(root: ConfigGroup | undefined, ...names: readonly string[]): ConfigGroup {
  const found = names.reduce<ConfigGroup | undefined>((group, name) => group?.getGroupsMap().get(name), root);
  if (found === undefined) throw new Error(`no group ${names.join('/')}`);
  return found;
}
