/** What `channel create` and `channel join` share: the nodes that come in, each once. */
import type { Context } from '../cli/context';
import { UserError } from '../cli/errors';
import type { Session } from '../operator/session';

/** Says who would join. @throws UserError when the description has no such channel */
export function describeJoin({ output }: Context, session: Session, channel: string): void {
  const organizations = joining(session, channel);
  output.show({ dryRun: true, channel, organizations }, () =>
    [
      `would join to ${channel}, where they are not in it yet:`,
      '  all orderers',
      `  the peers of ${organizations.join(', ')}`,
    ].join('\n'),
  );
}

/** Joins them. */
export async function joinHere({ output }: Context, session: Session, channel: string): Promise<void> {
  const organizations = joining(session, channel);
  const { joinChannel } = await import('@onepledge/network/administration');
  await joinChannel(session.administration, session.consortium, channel);
  output.show(
    { channel, organizations },
    () => `in ${channel}: all orderers, the peers of ${organizations.join(', ')}`,
  );
}

function joining({ administration, consortium }: Session, channel: string): readonly string[] {
  const found = consortium.channels.find(({ name }) => name === channel);
  if (found === undefined) {
    throw new UserError(`consortium.yaml has no channel "${channel}"`, { code: 'NOT_FOUND' });
  }
  return administration.organizations.map(({ name }) => name).filter((name) => found.members.includes(name));
}
