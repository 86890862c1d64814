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
  .refine((ms) => ms >= 1, 'must be at least 1ms');

/** One label of a host name: it is also a folder's name. */
const Name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens');

const HostName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, 'must be a host name');

const Text = z.string().trim().min(1).max(200);

/** Fabric's own rule for MSP ids in policies: underscores cannot stand there. */
const MspId = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/, 'must be letters, digits, dots and hyphens');

const Peer = z.strictObject({ name: Name, host: HostName, port: z.int().min(1).max(65_535) });

const Organization = z.strictObject({
  name: Name,
  mspId: MspId,
  displayName: Text,
  uscc: z.string().refine(isUscc, 'must be a unified social credit code with a right check character (GB 32100)'),
  kinds: z.array(z.enum(['REGISTRAR', 'FINANCIER', 'WAREHOUSE', 'REGULATOR'])).min(1),
  domain: HostName,
  peers: z.array(Peer).min(1),
});

const Blocks = z
  .strictObject({
    maxMessageCount: z.int().positive(),
    preferredMaxBytes: z.int().positive(),
    absoluteMaxBytes: z.int().positive(),
    batchTimeout: Duration,
  })
  .transform(({ batchTimeout, ...sizes }) => ({ ...sizes, batchTimeoutMs: batchTimeout }));

const Chaincode = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/, "must be a chaincode name as Fabric's: letters, digits, inner - and _"),
  version: z
    .string()
    .regex(/^[A-Za-z0-9_.+-]+$/, 'must be letters, digits and _ . + - (in quotes, lest it is a number)'),
  sequence: z.int().positive(),
  endorsementPolicy: z.string().max(20_000),
});

const Channel = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9.-]{0,248}$/, "must be a channel name as Fabric's: lower-case letters, digits, - and ."),
  members: z.array(Name).min(1),
  blocks: Blocks,
  chaincodes: z.array(Chaincode),
});

export const ConsortiumSchema = z.strictObject({
  name: Name,
  organizations: z.array(Organization).min(1),
  channels: z.array(Channel).min(1),
});
