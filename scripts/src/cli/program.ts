/** The commander program, made from the commands' metadata. */
import { Command, Option } from 'commander';
import type { CommandSpec, NounSpec, OptionSpec } from './command';
import { argumentText, GLOBAL_OPTIONS } from './command';
import { Input } from './input';

export type Handler = (command: CommandSpec, input: Input) => Promise<void>;

/**
 * Builds the program for a command line. Only the nouns that occur in it get their commands.
 * @param handle is given the command that was found, with what was given to it
 */
export async function buildProgram(
  version: string,
  nouns: readonly NounSpec[],
  words: readonly string[],
  handle: Handler,
): Promise<Command> {
  const program = new Command('onepledge')
    .description('The ledger on which nothing is pledged twice, from the command line.')
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .helpCommand(false);
  for (const option of GLOBAL_OPTIONS) program.addOption(makeOption(option));
  for (const noun of nouns) await addNoun(program, noun, words.includes(noun.noun), handle);
  program.addHelpText('after', '\nExit codes: 0 done, 1 refused or failed, 2 wrong usage.\n');
  return program;
}

async function addNoun(program: Command, spec: NounSpec, load: boolean, handle: Handler): Promise<void> {
  const noun = program.command(spec.noun).description(spec.summary);
  if (!load) return;
  const commands = await spec.load();
  for (const command of commands) {
    if (spec.alone === true) fill(noun, command, spec.noun, handle);
    else fill(noun.command(command.verb), command, `${spec.noun} ${command.verb}`, handle);
  }
}

function fill(target: Command, spec: CommandSpec, name: string, handle: Handler): void {
  target
    .summary(spec.summary)
    .description(spec.details === undefined ? spec.summary : `${spec.summary}\n\n${spec.details}`);
  for (const argument of spec.arguments ?? []) target.argument(argumentText(argument), argument.summary);
  for (const option of spec.options ?? []) target.addOption(makeOption(option));
  const examples = spec.examples.map((example) => `  $ onepledge ${name}${example === '' ? '' : ` ${example}`}`);
  target.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
  const count = spec.arguments?.length ?? 0;
  target.action((...given: unknown[]) => handle(spec, new Input(given.slice(0, count), target.optsWithGlobals())));
}

function makeOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.summary);
  if (spec.required === true) option.makeOptionMandatory();
  if (spec.choices !== undefined) option.choices([...spec.choices]);
  if (spec.default !== undefined) option.default(spec.default);
  if (spec.env !== undefined) option.env(spec.env);
  return option;
}
