/** What a command is: metadata from which help and reference are made, and a handler. */
import type { Context } from './context';
import type { Input } from './input';

export type ArgumentSpec = Readonly<{ name: string; summary: string; variadic?: boolean; optional?: boolean }>;

/** As commander and people read it: `<name>`, `<names...>`, `[name]`. */
export function argumentText({ name, variadic, optional }: ArgumentSpec, more = '...'): string {
  const text = `${name}${variadic === true ? more : ''}`;
  return optional === true ? `[${text}]` : `<${text}>`;
}

/** `flags` as commander reads them: `--due-days <n>`. */
export type OptionSpec = Readonly<{
  flags: string;
  summary: string;
  required?: boolean;
  choices?: readonly string[];
  default?: string;
  /** The environment variable that stands in for it. */
  env?: string;
}>;

export type CommandSpec = Readonly<{
  verb: string;
  summary: string;
  /** What the summary leaves out. */
  details?: string;
  arguments?: readonly ArgumentSpec[];
  options?: readonly OptionSpec[];
  examples: readonly string[];
  /** Does it. Returns when it is done; throws one of errors.ts otherwise. */
  run: (context: Context, input: Input) => Promise<void>;
}>;

/** A noun with its verbs; one that stands alone (`token`) has a single command without a verb. */
export type NounSpec = Readonly<{
  noun: string;
  summary: string;
  alone?: boolean;
  load: () => Promise<readonly CommandSpec[]>;
}>;

/** Options that every command takes. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--json', summary: 'print JSON on stdout and nothing else (NDJSON for streams)' },
  { flags: '--as <member>', summary: 'the member that acts, such as platform or bank-a', env: 'ONEPLEDGE_AS' },
  { flags: '--party <uscc>', summary: 'the party for which it acts; left out, the member itself acts' },
  { flags: '--role <role>', summary: 'role of the token, such as auditor' },
  {
    flags: '--gateway <url>',
    summary: 'the gateway to talk to',
    default: 'http://127.0.0.1:3000',
    env: 'ONEPLEDGE_GATEWAY',
  },
  { flags: '--token <jwt>', summary: 'a bearer token of a real issuer instead of --as', env: 'ONEPLEDGE_TOKEN' },
];

/** For commands that write. */
export const WRITE_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--idempotency-key <key>',
    summary: 'repeat an earlier act under its key instead of doing a new one (default: random)',
  },
  { flags: '--wait <seconds>', summary: 'how long to wait for the commit', default: '60' },
];

/** For commands that list. */
export const LIST_OPTIONS: readonly OptionSpec[] = [
  { flags: '--limit <n>', summary: 'items of a page, 1 to 200', default: '50' },
  { flags: '--cursor <cursor>', summary: 'where an earlier page ended' },
  { flags: '--all', summary: 'all pages' },
];
