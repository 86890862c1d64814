/** `token`: a bearer token of the network's demo issuer. */
import { tokenFor } from '../api/token';
import type { CommandSpec } from '../cli/command';

const MAX_TTL_SECONDS = 30 * 24 * 3600;

const token: CommandSpec = {
  verb: 'token',
  summary: "print a token of the network's demo issuer",
  details:
    'For development and demos: whoever can read the folder of the network can make a token for anyone. Real gateways trust the issuer that their members run.',
  options: [{ flags: '--ttl <seconds>', summary: 'how long it is valid', default: '3600' }],
  examples: ['--as platform', '--as platform --party 91350100M000100Y43', '--as platform --role auditor --ttl 600'],
  async run({ acting, home, output }, input) {
    const ttl = input.integer('ttl', 1, MAX_TTL_SECONDS);
    const text = await tokenFor(home, acting, ttl);
    output.show({ token: text }, () => text);
  },
};

export const commands: readonly CommandSpec[] = [token];
