/** Members and parties come onto the ledger. */
import type { CommandOf } from '../model/command';
import type { Member } from '../model/member';
import { partyKey, sameParty } from '../model/party';
import { accept, refuse, type Result } from '../model/result';
import { requireWriter } from './authority';
import type { Context } from './context';
import type { PartyRecord } from './records';

export type EnrolState = Readonly<{
  /** Whether members were enrolled before. */
  founded: boolean;
  /** MSP ids of those who may be the first to enrol, as the endorser was told; undefined: any. */
  founders: readonly string[] | undefined;
  /** Those of the members' own companies that are parties already. */
  parties: readonly PartyRecord[];
  /** Members that are on the ledger already: those of the command, and those at which a company of the command is at home. */
  members: readonly Member[];
  /** The MSP ids of those of the names that are taken. */
  names: ReadonlyMap<string, string>;
}>;

export type Enrolment = Readonly<{ members: readonly Member[]; parties: readonly PartyRecord[] }>;

/**
 * Decides the enrolment of members: at first by an administrator of whom the endorsers know as the registrar, else the fastest member would make itself
 * that; afterwards by one of whom the ledger knows as the registrar.
 * A member's own company is a party at home at the member, so that nobody else can bring it in and sign for it. Where it has come in before, in the
 * registrar's care as one that others named, the registrar gives it up; from another member none is taken. Name and company are a member's own
 * for good: histories and claims name it by them, so no registrar may give them to another (never-twice 7).
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
  if (!state.founded && state.founders?.includes(actor.mspId) === false) {
    return refuse(
      'FORBIDDEN',
      `members are first enrolled by ${state.founders.join(' or ')}, the registrar of the consortium`,
    );
  }
  const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;
  if (!distinct(command.members.map(({ mspId }) => mspId)) || !distinct(command.members.map(({ name }) => name))) {
    return refuse('INVALID_INPUT', 'members: every member has an MSP id and a name of its own', { field: 'members' });
  }
  if (!distinct(command.members.map(({ uscc }) => partyKey(uscc)))) {
    return refuse('INVALID_INPUT', 'members: every member is a company of its own', { field: 'members' });
  }
  const taken = command.members.find((member) => !isOneself(member, state));
  if (taken !== undefined) {
    const detail = `${taken.mspId} cannot be ${taken.name} of company ${taken.uscc}: a member keeps its name and company, and no other has them`;
    return refuse('INVALID_STATE', detail, { field: 'members' });
  }
  const parties = command.members
    .map(({ mspId, name, displayName, uscc }): PartyRecord => ({
      key: partyKey(uscc),
      uscc,
      name: displayName,
      home: mspId,
      homeName: name,
    }))
    .filter(({ key, home }) => {
      const known = state.parties.find((party) => party.key === key);
      return known === undefined || (known.home === actor.mspId && known.home !== home);
    });
  return accept({ members: command.members, parties });
}

/** Whether a member that is enrolled is new, or the same as before, and nobody else is known by its name or company. */
function isOneself({ mspId, name, uscc }: Member, { members, names }: EnrolState): boolean {
  if ((names.get(name) ?? mspId) !== mspId) return false;
  return members.every((known) =>
    known.mspId === mspId ? known.name === name && sameParty(known.uscc, uscc) : !sameParty(known.uscc, uscc),
  );
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
