/** `channel join` */
import type { CommandSpec } from '../cli/command';
import { DRY_RUN } from '../operator/options';
import { runJoin } from './joining';

export const join: CommandSpec = {
  verb: 'join',
  summary: "join an organisation's peer to a channel that is there",
  details:
    'Left out, --as means all organisations whose keys are in the home. Who is in the channel already stays as it is.',
  arguments: [{ name: 'channel', summary: 'its name in consortium.yaml' }],
  options: [DRY_RUN],
  examples: ['trade-2 --as bank-a', 'trade-2'],
  run: runJoin,
};
