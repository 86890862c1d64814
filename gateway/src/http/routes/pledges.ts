/** /v1/pledges: propose, accept, withdraw, release, read. */
import {
  MemberNameSchema,
  PledgeFilterSchema,
  PledgeViewSchema,
  ReleasePledgeSchema,
  WithdrawPledgeSchema,
} from '@onepledge/chaincode/model';
import { z } from 'zod';
import type { NetworkDirectory } from '../../ledger/directory';
import { problem } from '../../problem';
import { readRoute, type Route, writeRoute } from '../route';
import { PledgeParams, pageOf, PageQuery, ProposePledgeSchema, writeAnswers } from '../schemas';
import type { Services } from '../services';
import { write } from '../writes';

const AcceptSchema = z.strictObject({}).meta({ id: 'AcceptPledge' });

export function pledgeRoutes(services: Services): readonly Route[] {
  const { reads, directory } = services;
  return [
    writeRoute({
      path: '/v1/pledges',
      operationId: 'proposePledge',
      tag: 'pledges',
      summary: 'Pledgor or pledgee proposes a pledge; it reserves nothing until the other side accepts',
      body: ProposePledgeSchema,
      answers: writeAnswers('Proposed', PledgeViewSchema),
      errors: ['NOT_FOUND', 'ALREADY_ENCUMBERED', 'INSUFFICIENT_VALUE', 'INVALID_STATE', 'FROZEN'],
      handle: (context) => {
        const { pledgee, ...terms } = context.body;
        return write(
          services,
          context,
          { type: 'pledge.propose', ...terms, pledgee: mspIdOf(directory, pledgee.member, 'pledgee.member') },
          (view) => `/v1/pledges/${String(view['id'])}`,
        );
      },
    }),
    readRoute({
      path: '/v1/pledges',
      operationId: 'listPledges',
      tag: 'pledges',
      summary: 'List the pledges that the asker may see',
      description:
        'Without `asset`, `pledgee` and `pledgor`: those that a party has given; for the registrar, auditors and the regulator all that they see; for any other member those that it has or was offered, and those that its own company has given. Pledges on what one owes stand as `claims` on the receivables listed by `debtor`. A page may be short, or empty, and have a `next`.',
      query: PageQuery.extend(PledgeFilterSchema.shape).extend({ pledgee: MemberNameSchema.optional() }),
      answers: { 200: { description: 'A page', schema: pageOf(PledgeViewSchema) } },
      handle: async ({ principal, query: { consistency: _, pledgee, ...filter } }) => {
        const holder = pledgee === undefined ? {} : { pledgee: mspIdOf(directory, pledgee, 'pledgee') };
        return { status: 200, body: await reads.query(principal, { type: 'pledge.list', ...filter, ...holder }) };
      },
    }),
    readRoute({
      path: '/v1/pledges/:id',
      operationId: 'getPledge',
      tag: 'pledges',
      summary: 'One pledge with its rank',
      params: PledgeParams,
      answers: { 200: { description: 'The pledge', schema: PledgeViewSchema } },
      errors: ['NOT_FOUND'],
      handle: async ({ principal, params }) => ({
        status: 200,
        body: await reads.query(principal, { type: 'pledge.get', id: params.id }),
      }),
    }),
    writeRoute({
      path: '/v1/pledges/:id/acceptance',
      operationId: 'acceptPledge',
      tag: 'pledges',
      summary: 'The other side accepts: all rules are checked now, and the pledge gets its rank',
      params: PledgeParams,
      body: AcceptSchema,
      answers: writeAnswers('Active', PledgeViewSchema),
      errors: ['NOT_FOUND', 'ALREADY_ENCUMBERED', 'INSUFFICIENT_VALUE', 'INVALID_STATE', 'FROZEN'],
      handle: (context) => write(services, context, { type: 'pledge.accept', pledgeId: context.params.id }),
    }),
    writeRoute({
      path: '/v1/pledges/:id/withdrawal',
      operationId: 'withdrawPledge',
      tag: 'pledges',
      summary: 'The proposer takes the proposal back',
      params: PledgeParams,
      body: WithdrawPledgeSchema,
      answers: writeAnswers('Withdrawn', PledgeViewSchema),
      errors: ['NOT_FOUND', 'INVALID_STATE'],
      handle: (context) =>
        write(services, context, {
          type: 'pledge.withdraw',
          pledgeId: context.params.id,
          ...context.body,
        }),
    }),
    writeRoute({
      path: '/v1/pledges/:id/release',
      operationId: 'releasePledge',
      tag: 'pledges',
      summary: 'The pledgee releases all or part of what the pledge covers',
      params: PledgeParams,
      body: ReleasePledgeSchema,
      answers: writeAnswers('Released', PledgeViewSchema),
      errors: ['NOT_FOUND', 'INVALID_STATE', 'INSUFFICIENT_VALUE'],
      handle: (context) =>
        write(services, context, {
          type: 'pledge.release',
          pledgeId: context.params.id,
          ...context.body,
        }),
    }),
  ];
}

/** @throws ProblemError INVALID_INPUT naming the field, when there is no such member. */
export function mspIdOf(directory: NetworkDirectory, member: string, field: string): string {
  const mspId = directory.mspIdOf(member);
  if (mspId === undefined) throw problem('INVALID_INPUT', `${field}: ${member} is not a member of the network`, field);
  return mspId;
}
