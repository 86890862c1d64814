/** Options that operators' commands share. */
import type { OptionSpec } from '../cli/command';

export const CHANNEL_OPTION: OptionSpec = {
  flags: '--channel <name>',
  summary: 'the channel (default: the network’s first)',
};

export const DRY_RUN: OptionSpec = { flags: '--dry-run', summary: 'say what would be done, and change nothing' };
