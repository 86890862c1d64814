/** `channel create` */
import type { CommandSpec } from '../cli/command';
import { DRY_RUN } from '../operator/options';
import { runJoin } from './joining';

export const create: CommandSpec = {
  verb: 'create',
  summary: 'make a channel of the description, and join the orderers and peers to it',
  details:
    'Add the channel to consortium.yaml first. Its first block is made from there; orderers join through their participation API, with mutual TLS. Its chaincode follows with `chaincode upgrade --channel`.',
  arguments: [{ name: 'channel', summary: 'its name in consortium.yaml' }],
  options: [DRY_RUN],
  examples: ['trade-2 --dry-run', 'trade-2'],
  run: runJoin,
};
