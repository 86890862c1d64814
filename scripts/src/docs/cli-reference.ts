/** Makes docs/reference/cli.md from the commands' metadata: `node scripts/dist/docs/cli-reference.js`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argumentText, type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from '../cli/command';
import { NOUNS } from '../cli/nouns';
import { ROOT } from '../root';

/** The page's path in the project. */
export const CLI_REFERENCE = join('docs', 'reference', 'cli.md');

/** The page, in Markdown. */
export async function cliReference(): Promise<string> {
  const parts = [
    '# The command line',
    "Made from the commands' metadata by `node scripts/dist/docs/cli-reference.js`. The guide is [guides/cli.md](../guides/cli.md).",
    '## Options of every command',
    optionTable(GLOBAL_OPTIONS),
    'Exit codes: 0 done, 1 refused or failed, 2 wrong usage. With `--json` stdout carries the result, or the problem, as JSON.',
  ];
  for (const noun of NOUNS) {
    parts.push(`## ${noun.noun}`, sentence(noun.summary));
    for (const command of await noun.load()) {
      const name = noun.alone === true ? noun.noun : `${noun.noun} ${command.verb}`;
      parts.push(...section(name, command, noun.alone === true));
    }
  }
  return `${parts.join('\n\n')}\n`;
}

function section(name: string, command: CommandSpec, alone: boolean): readonly string[] {
  const given = (command.arguments ?? []).map((argument) => ` ${argumentText(argument, '…')}`);
  const examples = command.examples.map((example) => `npx onepledge ${name} ${example}`.trimEnd());
  return [
    ...(alone ? [] : [`### ${name}`, sentence(command.summary)]),
    ...(command.details === undefined ? [] : [command.details]),
    `\`onepledge ${name}${given.join('')}\``,
    ...(command.options === undefined ? [] : [optionTable(command.options)]),
    `\`\`\`sh\n${examples.join('\n')}\n\`\`\``,
  ];
}

function optionTable(options: readonly OptionSpec[]): string {
  const rows = options.map((option) => {
    const more = [
      option.required === true ? 'required' : undefined,
      option.choices === undefined ? undefined : `one of ${option.choices.join(', ')}`,
      option.default === undefined ? undefined : `default \`${option.default}\``,
      option.env === undefined ? undefined : `or \`${option.env}\``,
    ].filter((text) => text !== undefined);
    return `| \`${option.flags}\` | ${[option.summary, ...more].join('; ')} |`;
  });
  return ['| option | meaning |', '| --- | --- |', ...rows].join('\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

async function write(): Promise<void> {
  const file = join(ROOT, CLI_REFERENCE);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await cliReference());
}

if (require.main === module) void write();
