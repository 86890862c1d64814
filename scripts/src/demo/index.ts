/** `demo` */
import type { CommandSpec } from '../cli/command';
import { tell } from './story';

const demo: CommandSpec = {
  verb: 'demo',
  summary: 'a walk through the story: one invoice, two banks, one pledge',
  details:
    'Acts as platform, its supplier and debtor, bank-a, bank-b and an auditor on the running network. May be run again: every run brings a new invoice. Exit code 1 if anything goes otherwise than told.',
  examples: ['', '--json'],
  run: (context) => tell(context),
};

export const commands: readonly CommandSpec[] = [demo];
