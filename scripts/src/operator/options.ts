/** Options that operators' commands share. */
import type { OptionSpec } from '../cli/command';

export const CHANNEL_OPTION: OptionSpec = {
  flags: '--channel <name>',
  summary: 'the channel (default: the network’s first)',
};

export const DRY_RUN: OptionSpec = { flags: '--dry-run', summary: 'say what would be done, and change nothing' };

/** Of updates that several members must sign, who have homes of their own. */
export const SIGN: OptionSpec = {
  flags: '--sign <file>',
  summary: 'write the update there, signed, for the others to sign and submit (`channel update`), and change nothing',
};
