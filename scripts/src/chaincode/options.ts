/** Options that the chaincode commands share, and the definition that they mean. */
import type { ChaincodeDefinition, ChaincodePlace } from '@onepledge/network/administration';
import type { OptionSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import type { Input } from '../cli/input';
import type { Session } from '../operator/session';

export const PLACE_OPTIONS: readonly OptionSpec[] = [
  { flags: '--channel <name>', summary: 'the channel (default: the first of the description)' },
  { flags: '--chaincode <name>', summary: 'the chaincode (default: the first of the channel)' },
];

export const VERSION_OPTION: OptionSpec = {
  flags: '--to <version>',
  summary: "the new version (default: the description's, when its sequence is the next)",
};

export const DRY_RUN: OptionSpec = { flags: '--dry-run', summary: 'say what would be done, and change nothing' };

/** The definition that a command is about. */
export type Target = Readonly<{
  /** With those only who are members of the channel. */
  session: Session;
  place: ChaincodePlace;
  committed: ChaincodeDefinition | undefined;
  /** Undefined when the channel has what the description says. */
  next: ChaincodeDefinition | undefined;
}>;

/** Reads what is committed, and what is to be. */
export async function readTarget(all: Session, input: Input): Promise<Target> {
  const { committedDefinition, nextDefinition, placeOf } = await import('@onepledge/network/administration');
  const place = placeOf(all.consortium, input.optional('channel'), input.optional('chaincode'));
  const session = membersOf(all, place);
  const committed = await committedDefinition(session.administration, place);
  return { session, place, committed, next: nextDefinition(place, committed, input.optional('to')) };
}

/** As `readTarget`, for a step towards a definition. @throws UserError when there is nothing to do */
export async function readNext(
  session: Session,
  input: Input,
): Promise<Target & Readonly<{ next: ChaincodeDefinition }>> {
  const target = await readTarget(session, input);
  const { next, committed } = target;
  if (next !== undefined) return { ...target, next };
  const known = committed === undefined ? '' : ` ${committed.version} at sequence ${committed.sequence}`;
  throw new UserError(
    `the channel has ${target.place.chaincode.name}${known}, as the description says; --to <version> makes another`,
    { code: 'NOTHING_TO_DO' },
  );
}

/** The session of those administrators whose organisations are members of the channel. @throws UserError when none is */
export function membersOf({ consortium, administration }: Session, { channel }: ChaincodePlace): Session {
  const [first, ...rest] = administration.organizations.filter(({ name }) => channel.members.includes(name));
  if (first !== undefined)
    return { consortium, administration: { ...administration, organizations: [first, ...rest] } };
  throw new UserError(`no member of ${channel.name} is administered here`, { code: 'NO_MEMBER' });
}
