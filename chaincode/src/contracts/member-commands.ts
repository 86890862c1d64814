/** Members and parties: enrolment and registration. */
import type { CommandOf } from '../model/command';
import { partyKey } from '../model/party';
import { accept } from '../model/result';
import { enrolMembers, registerParty } from '../domain/enrol';
import { partyView } from '../domain/views';
import { requireKeyOf } from '../ledger/evidence-token';
import { key } from '../ledger/key';
import type { UnitOfWork } from '../ledger/unit-of-work';
import { eventOf, type Handlers } from './handler';

/** MSP ids where the members' companies are at home, as far as that is loaded. */
function homesOf({ members }: CommandOf<'member.enrol'>, work: UnitOfWork): readonly string[] {
  return members.flatMap(({ uscc }) => {
    const at = key.party(partyKey(uscc));
    return (work.has(at) ? work.get(at)?.home : undefined) ?? [];
  });
}

export const memberHandlers: Pick<Handlers, 'member.enrol' | 'party.register'> = {
  'member.enrol': {
    keys: (command, { work }) => [
      key.registry(),
      key.evidenceKey(),
      ...command.members.flatMap(({ mspId, name, uscc }) => [
        key.member(mspId),
        key.memberName(name),
        key.party(partyKey(uscc)),
      ]),
      ...homesOf(command, work).map((mspId) => key.member(mspId)),
    ],
    run(command, { work, tokens, founders }, context) {
      requireKeyOf(work.get(key.evidenceKey()), tokens);
      const known = command.members.flatMap(({ uscc }) => work.get(key.party(partyKey(uscc))) ?? []);
      const mspIds = new Set([...command.members.map(({ mspId }) => mspId), ...homesOf(command, work)]);
      const names = command.members.flatMap(({ name }) => {
        const mspId = work.get(key.memberName(name));
        return mspId === undefined ? [] : [[name, mspId] as const];
      });
      const state = {
        founded: work.get(key.registry()) === true,
        founders,
        parties: known,
        members: [...mspIds].flatMap((mspId) => work.get(key.member(mspId)) ?? []),
        names: new Map(names),
      };
      const decided = enrolMembers(state, command, context);
      if (!decided.ok) return decided;
      const { members, parties } = decided.value;
      const enrolled = members.map(({ name }) => name);
      const change = work.emit(eventOf('MEMBERS_ENROLLED', context, { data: { members: enrolled } }));
      work.put(key.registry(), true, change);
      if (work.get(key.evidenceKey()) === undefined) work.put(key.evidenceKey(), tokens.keyCheck);
      for (const member of members) {
        work.put(key.member(member.mspId), member, change);
        work.put(key.memberName(member.name), member.mspId);
      }
      for (const party of parties) work.put(key.party(party.key), party, change);
      return accept({ members });
    },
  },

  'party.register': {
    keys: (command) => [key.party(partyKey(command.party.uscc)), key.member(command.home)],
    run(command, { work }, context) {
      const partyAt = key.party(partyKey(command.party.uscc));
      const state = { existing: work.get(partyAt), home: work.get(key.member(command.home)) };
      const decided = registerParty(state, command, context);
      if (!decided.ok) return decided;
      work.put(
        partyAt,
        decided.value,
        work.emit(eventOf('PARTY_REGISTERED', context, { data: partyView(decided.value) })),
      );
      return accept(partyView(decided.value));
    },
  },
};
