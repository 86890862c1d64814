/** /v1/receivables: register, read, confirm, settle, cancel. */
import {
  CancelReceivableSchema,
  ConfirmReceivableSchema,
  ReceivableFilterSchema,
  ReceivableViewSchema,
  RegisterReceivableSchema,
  SettleReceivableSchema,
} from '@onepledge/chaincode/model';
import { readRoute, type Route, writeRoute } from '../route';
import { AssetParams, pageOf, PageQuery, writeAnswers } from '../schemas';
import type { Services } from '../services';
import { write } from '../writes';

export function receivableRoutes(services: Services): readonly Route[] {
  const { reads } = services;
  return [
    writeRoute({
      path: '/v1/receivables',
      operationId: 'registerReceivable',
      tag: 'receivables',
      summary: 'Register a receivable with the trade documents that back it',
      body: RegisterReceivableSchema,
      answers: writeAnswers('Registered', ReceivableViewSchema),
      errors: ['DUPLICATE_EVIDENCE', 'EVIDENCE_OVERDRAWN', 'INVALID_EVIDENCE'],
      handle: (context) =>
        write(
          services,
          context,
          { type: 'receivable.register', answer: 'ADDED', ...context.body },
          (view) => `/v1/receivables/${String(view['id'])}`,
        ),
    }),
    readRoute({
      path: '/v1/receivables',
      operationId: 'listReceivables',
      tag: 'receivables',
      summary: 'List the receivables that the asker may see',
      description:
        "Without `holder` and `debtor`: a party's own; for the registrar, auditors and the regulator all that they see; for any other member those on which it has or was offered a pledge, and its own company's. What other parties that are at home at it have and owe is listed by `holder` and `debtor`. A page may be short, or empty, and have a `next`.",
      query: PageQuery.extend(ReceivableFilterSchema.shape),
      answers: { 200: { description: 'A page', schema: pageOf(ReceivableViewSchema) } },
      handle: async ({ principal, query: { consistency: _, ...filter } }) => ({
        status: 200,
        body: await reads.query(principal, { type: 'receivable.list', ...filter }),
      }),
    }),
    readRoute({
      path: '/v1/receivables/:id',
      operationId: 'getReceivable',
      tag: 'receivables',
      summary: 'One receivable with its claims',
      params: AssetParams,
      answers: { 200: { description: 'The receivable', schema: ReceivableViewSchema } },
      errors: ['NOT_FOUND'],
      handle: async ({ principal, params }) => ({
        status: 200,
        body: await reads.query(principal, { type: 'receivable.get', id: params.id }),
      }),
    }),
    writeRoute({
      path: '/v1/receivables/:id/confirmation',
      operationId: 'confirmReceivable',
      tag: 'receivables',
      summary: 'The debtor confirms or rejects the debt',
      params: AssetParams,
      body: ConfirmReceivableSchema,
      answers: writeAnswers('Confirmed or rejected', ReceivableViewSchema),
      errors: ['NOT_FOUND', 'INVALID_STATE'],
      handle: (context) =>
        write(services, context, {
          type: 'receivable.confirm',
          receivableId: context.params.id,
          ...context.body,
        }),
    }),
    writeRoute({
      path: '/v1/receivables/:id/settlements',
      operationId: 'settleReceivable',
      tag: 'receivables',
      summary: 'The debtor records a payment',
      params: AssetParams,
      body: SettleReceivableSchema,
      answers: writeAnswers('Settled', ReceivableViewSchema),
      errors: ['NOT_FOUND', 'INVALID_STATE', 'INSUFFICIENT_VALUE'],
      handle: (context) =>
        write(services, context, {
          type: 'receivable.settle',
          receivableId: context.params.id,
          ...context.body,
        }),
    }),
    writeRoute({
      path: '/v1/receivables/:id/cancellation',
      operationId: 'cancelReceivable',
      tag: 'receivables',
      summary: 'Cancel a receivable without claims; its evidence stays used',
      params: AssetParams,
      body: CancelReceivableSchema,
      answers: writeAnswers('Cancelled', ReceivableViewSchema),
      errors: ['NOT_FOUND', 'INVALID_STATE', 'ALREADY_ENCUMBERED'],
      handle: (context) =>
        write(services, context, {
          type: 'receivable.cancel',
          receivableId: context.params.id,
          ...context.body,
        }),
    }),
  ];
}
