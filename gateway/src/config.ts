/** The gateway's configuration: read from the environment once, at start, and checked as a whole. */
import { resolve } from 'node:path';
import { z } from 'zod';

const whole = (fallback: number, min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,12}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`)
    .default(fallback);

const isHttpUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
const HttpUrl = z.string().refine(isHttpUrl, 'must be an http or https URL');

/** Every variable with what it means; docs/reference/configuration.md is made from it. */
export const EnvironmentSchema = z.object({
  PORT: whole(3000, 0, 65_535).describe('Port of the HTTP server; 0 takes any free one'),
  HOST: z.string().min(1).default('127.0.0.1').describe('Address that the HTTP server listens on'),
  ONEPLEDGE_HOME: z.string().min(1).default('.onepledge').describe('Folder of all state'),
  ONEPLEDGE_GATEWAY_NAME: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'must be lower-case letters, digits and hyphens')
    .default('main')
    .describe('Name of this gateway among those that share a home or a database'),
  ONEPLEDGE_MEMBERS: z
    .string()
    .regex(/^[a-z0-9-]+(\s*,\s*[a-z0-9-]+)*$/, 'must be member names with commas between')
    .optional()
    .describe('Members that this gateway serves; all when absent'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional()
    .describe('PostgreSQL database, reached directly or by a session pool; absent, PGlite in the home'),
  OIDC_ISSUER: z.string().min(1).optional().describe('Issuer (`iss`) of the tokens; absent, the demo issuer'),
  OIDC_AUDIENCE: z.string().min(1).optional().describe('Audience (`aud`) of the tokens; required with OIDC_ISSUER'),
  OIDC_JWKS_URL: HttpUrl.optional().describe("The issuer's public keys; required with OIDC_ISSUER"),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least level that is logged; requests are logged at debug'),
  BODY_LIMIT: whole(1_048_576, 1024, 67_108_864).describe('Most bytes of a JSON body'),
  IMPORT_LIMIT: whole(67_108_864, 1024, 1_073_741_824).describe('Most bytes of one import'),
  IMPORT_FILES: whole(10_000, 1, 100_000).describe('Most files or documents of one import'),
  RATE_LIMIT: whole(5000, 0, 1_000_000).describe('Requests a second that one member may make; 0 sets no limit'),
  ONEPLEDGE_GROUP_COMMIT: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether commands that wait go out together in one transaction'),
  ONEPLEDGE_GROUP_COMMANDS: whole(200, 1, 1000).describe('Most commands of one transaction'),
  ONEPLEDGE_GROUP_BYTES: whole(1_048_576, 1024, 8_388_608).describe('Most bytes of commands of one transaction'),
  ONEPLEDGE_MAX_TRIES: whole(12, 1, 100).describe('Tries of a command that loses races, before CONFLICT'),
  ONEPLEDGE_EVALUATE_TIMEOUT: whole(10_000, 100, 120_000).describe('Deadline of a read, in milliseconds'),
  ONEPLEDGE_ENDORSE_TIMEOUT: whole(30_000, 100, 120_000).describe('Deadline of an endorsement, in milliseconds'),
  ONEPLEDGE_SUBMIT_TIMEOUT: whole(10_000, 100, 120_000).describe('Deadline of a submission, in milliseconds'),
  ONEPLEDGE_COMMIT_TIMEOUT: whole(20_000, 100, 300_000).describe(
    'Deadline of one question for a commit, in milliseconds',
  ),
  ONEPLEDGE_STOP_TIMEOUT: whole(10_000, 0, 120_000).describe(
    'Time that a stop gives to what is under way, in milliseconds',
  ),
});

/** Where tokens come from: an OpenID Connect issuer, or the demo issuer of the home. */
export type IssuerConfig =
  Readonly<{ kind: 'oidc'; issuer: string; audience: string; jwksUrl: string }> | Readonly<{ kind: 'demo' }>;

export type GatewayConfig = Readonly<{
  port: number;
  host: string;
  /** Absolute path. */
  home: string;
  name: string;
  /** Undefined: all members. */
  members: readonly string[] | undefined;
  databaseUrl: string | undefined;
  issuer: IssuerConfig;
  logLevel: string;
  bodyLimit: number;
  importLimit: number;
  importFiles: number;
  rateLimit: number;
  group: Readonly<{ commands: number; bytes: number; maxTries: number }>;
  /** Deadlines in milliseconds. */
  timeouts: Readonly<{ evaluate: number; endorse: number; submit: number; commit: number; stop: number }>;
}>;

/** The environment cannot be used; the message names every variable at fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration.
 * @throws ConfigError naming each variable that breaks a rule.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): GatewayConfig {
  // An empty variable is what shells and compose files give for "not set".
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = EnvironmentSchema.safeParse(set);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; '));
  }
  const env = parsed.data;
  return {
    port: env.PORT,
    host: env.HOST,
    home: resolve(env.ONEPLEDGE_HOME),
    name: env.ONEPLEDGE_GATEWAY_NAME,
    members: env.ONEPLEDGE_MEMBERS?.split(',').map((name) => name.trim()),
    databaseUrl: env.DATABASE_URL,
    issuer: readIssuer(env),
    logLevel: env.LOG_LEVEL,
    bodyLimit: env.BODY_LIMIT,
    importLimit: env.IMPORT_LIMIT,
    importFiles: env.IMPORT_FILES,
    rateLimit: env.RATE_LIMIT,
    group: {
      commands: env.ONEPLEDGE_GROUP_COMMIT === 'on' ? env.ONEPLEDGE_GROUP_COMMANDS : 1,
      bytes: env.ONEPLEDGE_GROUP_BYTES,
      maxTries: env.ONEPLEDGE_MAX_TRIES,
    },
    timeouts: {
      evaluate: env.ONEPLEDGE_EVALUATE_TIMEOUT,
      endorse: env.ONEPLEDGE_ENDORSE_TIMEOUT,
      submit: env.ONEPLEDGE_SUBMIT_TIMEOUT,
      commit: env.ONEPLEDGE_COMMIT_TIMEOUT,
      stop: env.ONEPLEDGE_STOP_TIMEOUT,
    },
  };
}

function readIssuer(env: z.output<typeof EnvironmentSchema>): IssuerConfig {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl } = env;
  if (issuer === undefined && audience === undefined && jwksUrl === undefined) return { kind: 'demo' };
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) {
    throw new ConfigError('OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS_URL must be set together');
  }
  return { kind: 'oidc', issuer, audience, jwksUrl };
}

/** The page of the reference that lists every variable, in Markdown. */
export function configurationReference(): string {
  const { properties = {} } = z.toJSONSchema(EnvironmentSchema, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties).map(([name, property]) => {
    const { description = '', default: fallback } = property as { description?: string; default?: string | number };
    return `| \`${name}\` | ${fallback === undefined ? '' : `\`${fallback}\``} | ${description} |`;
  });
  return [
    '# Configuration of the gateway',
    '',
    'Environment variables, checked at start. Made from `gateway/src/config.ts`.',
    '',
    '| variable | default | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
