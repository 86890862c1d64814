/** Members and parties: enrolment and registration. */
import { partyKey } from '../model/party';
import { accept } from '../model/result';
import { enrolMembers, registerParty } from '../domain/enrol';
import { partyView } from '../domain/views';
import { key } from '../ledger/key';
import { eventOf, type Handlers } from './handler';

export const memberHandlers: Pick<Handlers, 'member.enrol' | 'party.register'> = {
  'member.enrol': {
    keys: (command) => [key.registry(), ...command.members.map(({ uscc }) => key.party(partyKey(uscc)))],
    run(command, { work }, context) {
      const known = command.members.flatMap(({ uscc }) => work.get(key.party(partyKey(uscc))) ?? []);
      const state = { founded: work.get(key.registry()) === true, parties: known };
      const decided = enrolMembers(state, command, context);
      if (!decided.ok) return decided;
      const { members, parties } = decided.value;
      const names = members.map(({ name }) => name);
      const change = work.emit(eventOf('MEMBERS_ENROLLED', context, { data: { members: names } }));
      work.put(key.registry(), true, change);
      for (const member of members) work.put(key.member(member.mspId), member, change);
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
