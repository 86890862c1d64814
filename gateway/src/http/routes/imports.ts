/** /v1/receivables/imports and /v1/imports: many documents at once. */
import { ERROR_CODES } from '@onepledge/chaincode/model';
import { z } from 'zod';
import { MULTIPART, type ReaderLimits, readImport } from '../../imports/reader';
import type { ImportView } from '../../imports/service';
import { problem } from '../../problem';
import { requestHash } from '../idempotency';
import { type Answer, readRoute, type Route, writeRoute } from '../route';
import { IdParams, TransactionRefSchema } from '../schemas';
import { ownRequest } from '../own-request';
import { pendingAnswer } from '../writes';
import type { Services } from '../services';

const LineSchema = z
  .strictObject({
    file: z.string(),
    row: z.number().int().optional().describe('Line of the record, in a CSV file'),
    outcome: z.enum(['REGISTERED', 'REFUSED', 'PENDING']),
    id: z.string().optional(),
    code: z.enum(ERROR_CODES).optional(),
    detail: z.string().optional(),
    field: z.string().optional(),
    transaction: TransactionRefSchema.optional(),
  })
  .meta({ id: 'ImportLine' });

const ImportSchema = z
  .strictObject({
    id: z.string(),
    status: z.enum(['PENDING', 'DONE']),
    total: z.number().int(),
    done: z.number().int(),
    lines: z.array(LineSchema).describe("In the files' order"),
  })
  .meta({ id: 'Import' });

const ImportQuery = z.strictObject({
  dueDays: z
    .string()
    .regex(/^[0-9]{1,5}$/, 'must be a whole number of days')
    .transform(Number)
    .optional()
    .describe('Days from issue to maturity, for documents that state no due date'),
});

export function importRoutes(services: Services, limits: ReaderLimits): readonly Route[] {
  return [
    writeRoute({
      path: '/v1/receivables/imports',
      operationId: 'importReceivables',
      tag: 'receivables',
      summary:
        'Register receivables from trade documents: 数电票 XML, UBL 2.1, CII D16B, CSV; or from JSON, one a line',
      query: ImportQuery,
      body: 'stream',
      mediaTypes: [MULTIPART, 'application/x-ndjson'],
      answers: {
        201: { description: 'All lines are final', schema: ImportSchema },
        202: { description: 'Stored, not all final yet: ask at Location', schema: ImportSchema },
      },
      handle: async ({ principal, query, request, idempotencyKey, patience }) => {
        // What comes in is not read before there is room for it.
        services.outbox().requireRoom();
        const { lines, contentHash } = await readImport(request.raw, query.dueDays, limits);
        const imports = services.imports();
        const accepted = await imports.submit({
          principal,
          idempotencyKey,
          bodyHash: requestHash(request.target, contentHash),
          route: request.target,
          requestId: request.requestId,
          lines,
        });
        const view = await waitFor(services, accepted.id, principal.member, patience);
        if (view === undefined) return pendingAnswer(`/v1/imports/${accepted.id}`, { id: accepted.id });
        return answerOf(view, accepted.replayed);
      },
    }),
    readRoute({
      path: '/v1/imports/:id',
      operationId: 'getImport',
      fromRecords: true,
      tag: 'receivables',
      summary: 'An import, line by line; for who sent it, and for its member',
      params: IdParams,
      answers: { 200: { description: 'The import', schema: ImportSchema } },
      errors: ['NOT_FOUND'],
      handle: async ({ principal, params: { id } }) => {
        const intent = await ownRequest(services, principal, id);
        if (intent === 'IN_DOUBT') {
          throw problem('LEDGER_UNAVAILABLE', 'whether the import is stored is not known yet: ask again');
        }
        if (intent?.kind !== 'IMPORT') throw problem('NOT_FOUND', `this gateway has no import ${id} of yours`);
        return { status: 200, body: await services.imports().viewOf(id) };
      },
    }),
  ];
}

/** An import as far as it has come; undefined where the database does not tell, or has it not: it may be stored, and carried out, all the same. */
async function waitFor(
  { imports, log }: Services,
  id: string,
  member: string,
  patience: number,
): Promise<ImportView | undefined> {
  try {
    await imports().wait(id, member, patience);
    return await imports().view(id, member);
  } catch (error) {
    log.error({ err: error }, 'the database does not tell what became of an import');
    return undefined;
  }
}

function answerOf(view: ImportView, replayed: boolean): Answer {
  const headers = { Location: `/v1/imports/${view.id}`, ...(replayed ? { 'Idempotency-Replayed': 'true' } : {}) };
  return { status: view.status === 'DONE' ? 201 : 202, body: view, headers };
}
