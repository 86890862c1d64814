/** CAs of organisation 2 that are not its own one: a root and one below it, for the tables, brought into its MSP and taken out again. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FabricMSPConfig, MSPConfig } from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';
import { type Authority, createAuthority, issueEnrolment, issueRevocationList } from '@onepledge/network';
import {
  type ConfigurationChange,
  setCertificateAuthorities,
  setRevocationList,
} from '@onepledge/network/configuration';
import { type Act } from './behaviour';
import { groupOf, withIdentity } from './configuration';
import { type World } from './world';

/** plain: as usual. narrow: the root allows no CA below it. past: the CA below was valid until 100 days ago. */
export type ChainName = 'plain' | 'narrow' | 'past';
export type CaName = 'root' | 'intermediate';
type Cas = Readonly<Record<CaName, Authority>>;

const MSP = 'Org2MSP';
const DAY_MS = 24 * 60 * 60 * 1000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

/** Organisation 2's MSP with these CAs beside its own one. */
export async function withChain(world: World, name: ChainName): Promise<ConfigurationChange> {
  const { root, intermediate } = await casOf(name);
  return setAuthorities(world, root.pair.certPem, intermediate.pair.certPem);
}

/** With its own one alone. */
export function withoutChain(world: World): ConfigurationChange {
  return setAuthorities(world);
}

/** With a CA in the place of those that are certified by others, and the other not there. */
export async function withoutRoot(name: ChainName): Promise<ConfigurationChange> {
  const { intermediate } = await casOf(name);
  return (channel) => {
    const value = groupOf(channel, 'Application', MSP).getValuesMap().get('MSP');
    const config = MSPConfig.deserializeBinary(value?.getValue_asU8() ?? new Uint8Array());
    const msp = FabricMSPConfig.deserializeBinary(config.getConfig_asU8());
    msp.setIntermediateCertsList([Buffer.from(intermediate.pair.certPem)]);
    config.setConfig(msp.serializeBinary());
    value?.setValue(config.serializeBinary());
  };
}

/** A list of one of the CAs that names a client of the intermediate one, whoever certified it. */
export async function revokingClient(name: ChainName, by: CaName): Promise<ConfigurationChange> {
  const { [by]: ca } = await casOf(name);
  return setRevocationList(MSP, [
    await issueRevocationList(ca, [serialOf((await clientOf(name)).certPem)], new Date()),
  ]);
}

/** A list of the root that names the intermediate one. */
export async function revokingIntermediate(name: ChainName): Promise<ConfigurationChange> {
  const { root, intermediate } = await casOf(name);
  return setRevocationList(MSP, [await issueRevocationList(root, [serialOf(intermediate.pair.certPem)], new Date())]);
}

export function revokingNobody(): ConfigurationChange {
  return setRevocationList(MSP, []);
}

/**
 * A client whom one of the CAs certified writes, or reads.
 * @param days how long ago it was certified
 */
export function byIssued(name: ChainName, ca: CaName, act: 'evaluate' | 'submit', days = 0): Act {
  return async (world) => {
    const { certPem, keyPem } =
      days === 0 && ca === 'intermediate' ? await clientOf(name) : await issued(name, ca, days);
    const identity = { mspId: MSP, certificatePem: certPem, privateKeyPem: keyPem };
    return withIdentity(world, identity, act);
  };
}

function setAuthorities(world: World, ...more: readonly string[]): ConfigurationChange {
  const own = (file: string): string => readFileSync(join(world.engine.home, 'crypto', 'org2', file), 'utf8');
  const caPem = [own('ca.pem'), ...more].join('');
  return setCertificateAuthorities({ mspId: MSP, caPem, tlsCaPem: own('tlsca.pem') });
}

const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber;

const cas = new Map<ChainName, Promise<Cas>>();
const clients = new Map<ChainName, ReturnType<typeof issued>>();

/** Made when they are first asked for, and the same from then on. */
function casOf(name: ChainName): Promise<Cas> {
  const known = cas.get(name) ?? makeCas(name);
  cas.set(name, known);
  return known;
}

function clientOf(name: ChainName): ReturnType<typeof issued> {
  const known = clients.get(name) ?? issued(name, 'intermediate', 0);
  clients.set(name, known);
  return known;
}

async function makeCas(name: ChainName): Promise<Cas> {
  const pathLength = name === 'narrow' ? 0 : 1;
  const root = await createAuthority(`${name} root`, 'Organisation 2', daysAgo(400), { pathLength });
  const days = name === 'past' ? 200 : 3650;
  return { root, intermediate: await createAuthority(name, 'Organisation 2', daysAgo(300), { above: root, days }) };
}

async function issued(name: ChainName, ca: CaName, days: number) {
  const request = { commonName: 'below', organization: 'Organisation 2', role: 'client' as const };
  return issueEnrolment((await casOf(name))[ca], request, daysAgo(days));
}
