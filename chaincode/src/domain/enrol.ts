/** Members and parties come onto the ledger. */
import type { CommandOf } from '../model/command';
import type { Member } from '../model/member';
import { partyKey } from '../model/party';
import { accept, refuse, type Result } from '../model/result';
import { requireWriter } from './authority';
import type { Context } from './context';
import type { PartyRecord } from './records';

export type EnrolState = Readonly<{
  /** Whether members were enrolled before. */
  founded: boolean;
  /** Those of the members' own companies that are parties already. */
  parties: readonly PartyRecord[];
}>;

export type Enrolment = Readonly<{ members: readonly Member[]; parties: readonly PartyRecord[] }>;

/**
 * Decides the enrolment of members: once by whoever founds the ledger, afterwards by an administrator of the registrar.
 * A member's own company is a party at home at the member, so that nobody else can bring it in and sign for it.
 * Adding a member by the consent of several is a matter of the channel's own configuration policy.
 */
export function enrolMembers(
  state: EnrolState,
  command: CommandOf<'member.enrol'>,
  context: Context,
): Result<Enrolment> {
  const { actor } = context;
  if (actor.role !== 'admin' || actor.party !== undefined)
    return refuse('FORBIDDEN', 'only an administrator enrols members');
  if (state.founded && actor.member?.kinds.includes('REGISTRAR') !== true) {
    return refuse('FORBIDDEN', 'only an administrator of the registrar enrols further members');
  }
  const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;
  if (!distinct(command.members.map(({ mspId }) => mspId)) || !distinct(command.members.map(({ name }) => name))) {
    return refuse('INVALID_INPUT', 'members: every member has an MSP id and a name of its own', { field: 'members' });
  }
  if (!distinct(command.members.map(({ uscc }) => partyKey(uscc)))) {
    return refuse('INVALID_INPUT', 'members: every member is a company of its own', { field: 'members' });
  }
  const parties = command.members
    .map(({ mspId, name, displayName, uscc }): PartyRecord => ({
      key: partyKey(uscc),
      uscc,
      name: displayName,
      home: mspId,
      homeName: name,
    }))
    .filter(({ key }) => !state.parties.some((party) => party.key === key));
  return accept({ members: command.members, parties });
}

/** Decides the registration of a party by the registrar, and at which member its identities live from now on. */
export function registerParty(
  state: Readonly<{ existing: PartyRecord | undefined; home: Member | undefined }>,
  command: CommandOf<'party.register'>,
  context: Context,
): Result<PartyRecord> {
  const writer = requireWriter(context.actor);
  if (!writer.ok) return writer;
  if (!writer.value.kinds.includes('REGISTRAR') || context.actor.party !== undefined) {
    return refuse('FORBIDDEN', 'only the registrar registers parties');
  }
  if (state.home === undefined)
    return refuse('INVALID_INPUT', 'member: is not a member of the consortium', { field: 'member' });
  if (state.existing !== undefined) {
    return refuse('INVALID_STATE', `party ${command.party.uscc} is already at home at ${state.existing.homeName}`, {
      field: 'party.uscc',
    });
  }
  return accept({
    key: partyKey(command.party.uscc),
    ...command.party,
    home: state.home.mspId,
    homeName: state.home.name,
  });
}
