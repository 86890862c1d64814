/** The program's settings, from the environment. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const SettingsSchema = z.object({
  CHAINCODE_SERVER_ADDRESS: z.string().min(1).describe('Where to listen: host:port or unix:/path'),
  CHAINCODE_ID: z.string().min(1).describe('The package id under which peers know this chaincode'),
  ONEPLEDGE_CHAINCODE_NAME: z
    .string()
    .min(1)
    .default('onepledge')
    .describe(
      'The name under which the channel has this chaincode: its endorsement policy is part of that of pledged assets',
    ),
  ONEPLEDGE_EVIDENCE_KEY_FILE: z
    .string()
    .min(1)
    .describe('File with the hexadecimal key of evidence tokens, the same at all endorsers'),
  ONEPLEDGE_REGISTRARS: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9.-]*(?:,[A-Za-z][A-Za-z0-9.-]*)*$/, 'must be MSP ids, divided by commas')
    .optional()
    .describe(
      'MSP ids of the registrars that consortium.yaml names: nobody else enrols the first members; without it, any administrator of the channel',
    ),
  ONEPLEDGE_STATE_ACCESS: z
    .enum(['batched', 'single'])
    .default('batched')
    .describe('batched: many keys a message where the peer offers it; single: never, to compare'),
  CHAINCODE_TLS_KEY: z.string().optional().describe('PEM file of the server key; plain text without it'),
  CHAINCODE_TLS_CERT: z.string().optional().describe('PEM file of the server certificate'),
  CHAINCODE_CLIENT_CA_CERT: z
    .string()
    .optional()
    .describe('PEM file of the CA that peers must have their certificates from'),
});

export type Settings = Readonly<{
  address: string;
  ccid: string;
  name: string;
  evidenceKey: Buffer;
  founders: readonly string[] | undefined;
  stateAccess: 'batched' | 'single';
  tls?: Readonly<Record<'key' | 'cert' | 'clientCACerts', Buffer | undefined>>;
}>;

/** A setting is missing or wrong; the message names the variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Reads the settings.
 * @throws SettingsError naming the variable and the rule.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const parsed = SettingsSchema.safeParse(environment);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SettingsError(`${issue?.path.join('.') ?? 'environment'}: ${issue?.message ?? 'is not valid'}`);
  }
  const settings = parsed.data;
  const text = readFileSync(settings.ONEPLEDGE_EVIDENCE_KEY_FILE, 'utf8').trim();
  if (!/^(?:[0-9a-f]{2}){32,}$/i.test(text)) {
    throw new SettingsError('ONEPLEDGE_EVIDENCE_KEY_FILE: must hold at least 32 bytes in hexadecimal');
  }
  const file = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
  const tls = {
    key: file(settings.CHAINCODE_TLS_KEY),
    cert: file(settings.CHAINCODE_TLS_CERT),
    clientCACerts: file(settings.CHAINCODE_CLIENT_CA_CERT),
  };
  return {
    address: settings.CHAINCODE_SERVER_ADDRESS,
    ccid: settings.CHAINCODE_ID,
    name: settings.ONEPLEDGE_CHAINCODE_NAME,
    evidenceKey: Buffer.from(text, 'hex'),
    founders: settings.ONEPLEDGE_REGISTRARS?.split(','),
    stateAccess: settings.ONEPLEDGE_STATE_ACCESS,
    ...(tls.key === undefined ? {} : { tls }),
  };
}
