/** /v1/parties and /v1/members: who is who. */
import { PartyIdSchema, PartyRecordViewSchema } from '@onepledge/chaincode/model';
import { z } from 'zod';
import { readRoute, type Route, writeRoute } from '../route';
import { MemberViewSchema, pageOf, RegisterPartySchema, writeAnswers } from '../schemas';
import type { Services } from '../services';
import { write } from '../writes';
import { mspIdOf } from './pledges';

export function partyRoutes(services: Services): readonly Route[] {
  const { reads, directory } = services;
  return [
    writeRoute({
      path: '/v1/parties',
      operationId: 'registerParty',
      tag: 'parties',
      summary: 'The registrar says at which member a party is at home',
      body: RegisterPartySchema,
      answers: writeAnswers('Registered', PartyRecordViewSchema),
      errors: ['INVALID_STATE'],
      handle: (context) =>
        write(services, context, {
          type: 'party.register',
          party: context.body.party,
          home: mspIdOf(directory, context.body.member, 'member'),
        }),
    }),
    readRoute({
      path: '/v1/parties/:uscc',
      operationId: 'getParty',
      tag: 'parties',
      summary: 'A party and the member where it is at home',
      params: z.strictObject({ uscc: PartyIdSchema }),
      answers: { 200: { description: 'The party', schema: PartyRecordViewSchema } },
      errors: ['NOT_FOUND'],
      handle: async ({ principal, params }) => ({
        status: 200,
        body: await reads.query(principal, { type: 'party.get', uscc: params.uscc }),
      }),
    }),
    readRoute({
      path: '/v1/members',
      operationId: 'listMembers',
      tag: 'parties',
      summary: 'The members of the consortium, as the ledger knows them',
      answers: { 200: { description: 'All members', schema: pageOf(MemberViewSchema) } },
      handle: async ({ principal }) => {
        const { items } = (await reads.query(principal, { type: 'member.list' })) as Readonly<{ items: unknown }>;
        return { status: 200, body: { items, next: null } };
      },
    }),
  ];
}
