/** The shape of consortium.yaml: what each field may be by itself. */
import { z } from 'zod';
import { isUscc } from './uscc';

const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
]);

/** "10ms", "2s", "1.5s", "1m" → milliseconds. */
const Duration = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,3})?(ms|s|m)$/, 'must be a duration such as 10ms, 2s or 1m')
  .transform((text) => {
    const [, amount = '', unit = ''] = /^([\d.]+)(ms|s|m)$/.exec(text) ?? [];
    return Number(amount) * (DURATION_UNITS.get(unit) ?? 0);
  })
  .refine((ms) => ms >= 1, 'must be at least 1ms')
  .describe('A duration: 10ms, 2s, 1.5s, 1m');

/** One label of a host name: it is also a folder's name. */
const Name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens')
  .describe('Lower-case letters, digits and inner hyphens');

const HostName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, 'must be a host name');

const Text = z.string().trim().min(1).max(200);

/** Fabric's own rule for MSP ids in policies: underscores cannot stand there. */
const MspId = z
  .string()
  .regex(/^[A-Za-z0-9.-]{1,64}$/, 'must be letters, digits, dots and hyphens')
  .describe('The MSP id, by which policies and the ledger know the organisation');

const Node = z
  .strictObject({
    name: Name,
    host: HostName,
    port: z.int().min(1).max(65_535),
    listen: z
      .ipv4('must be an IPv4 address of the machine, or 0.0.0.0 for all')
      .describe('Where it listens on its own machine; left out, on loopback')
      .optional(),
  })
  .meta({ id: 'Node', description: 'Where a peer or an orderer is reached' });

const Organization = z.strictObject({
  name: Name,
  mspId: MspId,
  displayName: Text,
  uscc: z
    .string()
    .refine(isUscc, 'must be a unified social credit code with a right check character (GB 32100)')
    .describe('The unified social credit code (GB 32100), with its check character'),
  kinds: z
    .array(z.enum(['REGISTRAR', 'FINANCIER', 'WAREHOUSE', 'REGULATOR', 'AUDITOR']))
    .min(1)
    .describe('AUDITOR: its identities of the role auditor read everything; those of others what their member may see'),
  domain: HostName.describe('Its nodes are called <name>.<domain> in their certificates'),
  peers: z.array(Node).min(1),
  orderers: z.array(Node).min(1).optional(),
});

const Orderer = z.strictObject({
  name: Name,
  mspId: MspId,
  displayName: Text,
  domain: HostName,
  orderers: z.array(Node).min(1),
});

/** One orderer in an organisation of its own, on Fabric's usual port: what small descriptions need not say. */
const DEFAULT_ORDERER: z.input<typeof Orderer> = {
  name: 'orderer',
  mspId: 'OrdererMSP',
  displayName: 'Ordering service',
  domain: 'orderer.localhost',
  orderers: [{ name: 'orderer0', host: 'localhost', port: 7050 }],
};

const Blocks = z
  .strictObject({
    maxMessageCount: z.int().positive(),
    preferredMaxBytes: z.int().positive(),
    absoluteMaxBytes: z.int().positive(),
    batchTimeout: Duration,
  })
  .transform(({ batchTimeout, ...sizes }) => ({ ...sizes, batchTimeoutMs: batchTimeout }));

/** A whole number that 32 bits hold, as the counts in Fabric's messages. */
const Count = z.int().min(0).max(2_147_483_647);

/** Fabric's collection configuration, field by field as in the JSON file that its command line takes. */
const Collection = z
  .strictObject({
    name: z
      .string()
      .max(200)
      .regex(
        /^[A-Za-z0-9-][A-Za-z0-9_-]*$/,
        "must be a collection name as Fabric's: letters, digits, _ and -, not beginning with _",
      ),
    policy: z.string().max(20_000),
    requiredPeerCount: Count.default(0),
    maxPeerCount: Count.default(1),
    blockToLive: z.int().min(0).default(0),
    memberOnlyRead: z.boolean().default(false),
    memberOnlyWrite: z.boolean().default(false),
    endorsementPolicy: z
      .strictObject({
        signaturePolicy: z.string().max(20_000).optional(),
        channelConfigPolicy: z.string().trim().min(1).max(1_000).optional(),
      })
      .refine(
        ({ signaturePolicy, channelConfigPolicy }) =>
          (signaturePolicy === undefined) !== (channelConfigPolicy === undefined),
        'must be one of signaturePolicy and channelConfigPolicy',
      )
      .optional(),
  })
  .refine(({ requiredPeerCount, maxPeerCount }) => maxPeerCount >= requiredPeerCount, {
    path: ['maxPeerCount'],
    message: 'must not be less than requiredPeerCount',
  });

const Chaincode = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/, "must be a chaincode name as Fabric's: letters, digits, inner - and _"),
  version: z
    .string()
    .regex(/^[A-Za-z0-9_.+-]+$/, 'must be letters, digits and _ . + - (in quotes, lest it is a number)'),
  sequence: z.int().positive().describe('One more with each change of the definition, from 1'),
  endorsementPolicy: z
    .string()
    .max(20_000)
    .describe("Whose peers must endorse: OutOf(2, 'BankAMSP.peer', …), AND, OR, or a policy of the channel"),
  initRequired: z.boolean().default(false),
  collections: z.array(Collection).default([]),
});

const Channel = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9.-]{0,248}$/, "must be a channel name as Fabric's: lower-case letters, digits, - and ."),
  members: z.array(Name).min(1).describe('Names of organisations'),
  blocks: Blocks,
  chaincodes: z.array(Chaincode),
});

export const ConsortiumSchema = z.strictObject({
  name: Name,
  organizations: z.array(Organization).min(1),
  orderer: Orderer.prefault(DEFAULT_ORDERER),
  channels: z.array(Channel).min(1),
});
