/** What a handler works with besides its own arguments. */
import { ApiClient } from '../api/client';
import { type Acting, tokenFor } from '../api/token';
import { resolveHome } from '../network/home';
import type { Input } from './input';
import { Output } from './output';

export type Context = Readonly<{
  output: Output;
  /** The folder with the network's state, absolute. */
  home: string;
  gateway: string;
  /** Who acts, as the global options say. */
  acting: Acting;
  /** The gateway as whom the global options say, or as another. */
  api: (acting?: Acting) => ApiClient;
}>;

/** Makes the context from the global options. */
export function createContext(input: Input): Context {
  const output = new Output(input.has('json'));
  const home = resolveHome(process.env, process.cwd());
  const gateway = input.text('gateway');
  const acting: Acting = {
    member: input.optional('as'),
    party: input.optional('party'),
    role: input.optional('role'),
    token: input.optional('token'),
  };
  return {
    output,
    home,
    gateway,
    acting,
    api: (other = acting) =>
      new ApiClient({
        gateway,
        token: () => tokenFor(home, other),
        note: (line) => {
          output.note(line);
        },
      }),
  };
}
