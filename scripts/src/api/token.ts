/** The bearer token of an act: a given one, or one from the network's demo issuer. */
import { existsSync } from 'node:fs';
import { UsageError, UserError } from '../cli/errors';

/** Who acts. A token stands for itself; the rest asks the demo issuer. */
export type Acting = Readonly<{
  member?: string | undefined;
  party?: string | undefined;
  role?: string | undefined;
  token?: string | undefined;
}>;

const TOKEN_SECONDS = 3600;

/**
 * The token for who acts.
 * @param home the network's folder, which holds the demo issuer's key
 * @param ttlSeconds how long a token of the demo issuer is valid
 * @throws UsageError when it is not said who acts; UserError when there is no network in the home
 */
export async function tokenFor(home: string, acting: Acting, ttlSeconds = TOKEN_SECONDS): Promise<string> {
  if (acting.token !== undefined) return acting.token;
  if (acting.member === undefined) throw new UsageError('say who acts with --as <member>, or give a --token <jwt>');
  if (!existsSync(home)) {
    throw new UserError(
      `there is no network in ${home}, so no demo issuer: run in the folder where it was started, set ONEPLEDGE_HOME, or give a --token`,
      { code: 'NO_ISSUER' },
    );
  }
  // Loaded only when a token is made: it brings the signing library.
  const { issueToken } = await import('@onepledge/gateway/demo-issuer');
  return issueToken(home, {
    member: acting.member,
    ...(acting.party === undefined ? {} : { party: acting.party }),
    roles: acting.role === undefined ? [] : [acting.role],
    ttl: ttlSeconds,
  });
}
