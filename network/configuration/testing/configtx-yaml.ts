/** What Fabric's own configtxgen needs in order to make a channel's first block: configtx.yaml and the organisations' MSP folders. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type ChannelSpec, type Consortium } from '../../consortium';
import { type NetworkMaterial } from '../../identity/material';
import { type Consensus } from '../consensus';

export const PROFILE = 'Channel';

const meta = (Rule: string): object => ({ Type: 'ImplicitMeta', Rule });
const signature = (Rule: string): object => ({ Type: 'Signature', Rule });
const OVER_SUBGROUPS = { Readers: meta('ANY Readers'), Writers: meta('ANY Writers'), Admins: meta('MAJORITY Admins') };

/** @param folder FABRIC_CFG_PATH for configtxgen */
export async function writeConfigtx(
  folder: string,
  consortium: Consortium,
  channel: ChannelSpec,
  material: NetworkMaterial,
  consensus: Consensus['type'],
  acls: Readonly<Record<string, string>>,
): Promise<void> {
  const members = consortium.organizations.filter(({ name }) => channel.members.includes(name));
  for (const { name } of members) await writeMsp(join(folder, name), material.organization(name));
  await writeMsp(join(folder, consortium.orderer.name), material.orderer);
  const nodes = await Promise.all(
    material.orderer.nodes.map(async ({ name, host, port, identity, tls }, at) => {
      const [certificate, tlsCertificate] = [join(folder, `${name}.crt`), join(folder, `${name}-tls.crt`)];
      await Promise.all([writeFile(certificate, identity.certPem), writeFile(tlsCertificate, tls.certPem)]);
      const common = { Host: host, Port: port, ClientTLSCert: tlsCertificate, ServerTLSCert: tlsCertificate };
      if (consensus === 'etcdraft') return common;
      return { ...common, ID: at + 1, MSPID: consortium.orderer.mspId, Identity: certificate };
    }),
  );
  const { orderer } = consortium;
  const { maxMessageCount, absoluteMaxBytes, preferredMaxBytes, batchTimeoutMs } = channel.blocks;
  const profile = {
    Capabilities: { V3_0: true },
    Policies: OVER_SUBGROUPS,
    Orderer: {
      OrdererType: consensus,
      BatchTimeout: `${batchTimeoutMs}ms`,
      BatchSize: {
        ...{ MaxMessageCount: maxMessageCount, AbsoluteMaxBytes: absoluteMaxBytes },
        PreferredMaxBytes: preferredMaxBytes,
      },
      ...(consensus === 'BFT'
        ? { ConsenterMapping: nodes, SmartBFT: smartBft(batchTimeoutMs) }
        : { EtcdRaft: { Consenters: nodes, Options } }),
      Organizations: [
        {
          ...{ Name: orderer.mspId, ID: orderer.mspId, MSPDir: join(folder, orderer.name) },
          OrdererEndpoints: orderer.orderers.map(({ host, port }) => `${host}:${port}`),
          Policies: {
            Readers: signature(`OR('${orderer.mspId}.member')`),
            Writers: signature(`OR('${orderer.mspId}.member')`),
            Admins: signature(`OR('${orderer.mspId}.admin')`),
          },
        },
      ],
      Capabilities: { V2_0: true },
      Policies: { ...OVER_SUBGROUPS, BlockValidation: meta('ANY Writers') },
    },
    Application: {
      ACLs: acls,
      Capabilities: { V2_5: true },
      Policies: {
        ...OVER_SUBGROUPS,
        LifecycleEndorsement: meta('MAJORITY Endorsement'),
        Endorsement: meta('MAJORITY Endorsement'),
      },
      Organizations: members.map(({ name, mspId, peers }) => ({
        ...{ Name: mspId, ID: mspId, MSPDir: join(folder, name) },
        AnchorPeers: peers.slice(0, 1).map(({ host, port }) => ({ Host: host, Port: port })),
        Policies: {
          Readers: signature(`OR('${mspId}.admin', '${mspId}.peer', '${mspId}.client')`),
          Writers: signature(`OR('${mspId}.admin', '${mspId}.client')`),
          Admins: signature(`OR('${mspId}.admin')`),
          Endorsement: signature(`OR('${mspId}.peer')`),
        },
      })),
    },
  };
  await writeFile(join(folder, 'configtx.yaml'), stringify({ Profiles: { [PROFILE]: profile } }));
}

async function writeMsp(folder: string, { caPem, tlsCaPem }: { readonly caPem: string; readonly tlsCaPem: string }) {
  const unit = (name: string): object => ({ OrganizationalUnitIdentifier: name });
  const roles = { ClientOUIdentifier: unit('client'), PeerOUIdentifier: unit('peer') };
  const more = { AdminOUIdentifier: unit('admin'), OrdererOUIdentifier: unit('orderer') };
  const files: Readonly<Record<string, string>> = {
    'cacerts/ca.pem': caPem,
    'tlscacerts/tlsca.pem': tlsCaPem,
    'config.yaml': stringify({ NodeOUs: { Enable: true, ...roles, ...more } }),
  };
  for (const [file, content] of Object.entries(files)) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), content);
  }
}

/** As `consensus.ts` has them. */
const Options = {
  ...{ TickInterval: '500ms', ElectionTick: 10, HeartbeatTick: 1, MaxInflightBlocks: 5 },
  SnapshotIntervalSize: '16 MB',
};

const smartBft = (batchTimeoutMs: number): Readonly<Record<string, unknown>> => ({
  ...{
    RequestBatchMaxCount: 100,
    RequestBatchMaxBytes: 10 * 1024 * 1024,
    RequestBatchMaxInterval: `${batchTimeoutMs}ms`,
  },
  ...{ RequestMaxBytes: 10 * 1024 * 1024, IncomingMessageBufferSize: 200, RequestPoolSize: 400 },
  ...{ RequestForwardTimeout: '1s', RequestComplainTimeout: '4s', RequestAutoRemoveTimeout: '3m0s' },
  ...{ ViewChangeResendInterval: '2s', ViewChangeTimeout: '10s', LeaderHeartbeatTimeout: '10s' },
  ...{ LeaderHeartbeatCount: 10, CollectTimeout: '1s', LeaderRotation: 1 },
});
