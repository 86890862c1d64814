/** What the gateway says about itself: errors, OpenAPI, docs, health, readiness, metrics. */
import { ERROR_CODES, ERRORS } from '@onepledge/chaincode/model';
import { z } from 'zod';
import { docsPage } from '../docs-page';
import { openApiDocument } from '../openapi';
import { publicRoute, type Route } from '../route';
import type { Services } from '../services';

const API_VERSION = '1.0';

const ErrorsSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        code: z.string(),
        status: z.number().int(),
        title: z.string(),
        retryable: z.boolean(),
        description: z.string(),
      }),
    ),
  })
  .meta({ id: 'ErrorCatalogue' });

const HealthSchema = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });
const ReadinessSchema = z
  .strictObject({ ready: z.boolean(), checks: z.record(z.string(), z.string()) })
  .meta({ id: 'Readiness' });

/** @param routes all others: the OpenAPI document describes them too */
export function systemRoutes(services: Services, routes: readonly Route[]): readonly Route[] {
  const all = (): readonly Route[] => [...routes, ...own];
  let document: Record<string, unknown> | undefined;
  let page: string | undefined;
  const own: readonly Route[] = [
    publicRoute({
      path: '/v1/errors',
      operationId: 'listErrors',
      tag: 'system',
      summary: 'The catalogue of codes',
      answers: { 200: { description: 'Every code', schema: ErrorsSchema } },
      handle: () => {
        const items = ERROR_CODES.map((code) => ({ code, ...ERRORS[code] }));
        return Promise.resolve({ status: 200, body: { items } });
      },
    }),
    publicRoute({
      path: '/v1/openapi.json',
      operationId: 'getOpenApi',
      tag: 'system',
      summary: 'This API as an OpenAPI 3.1 document',
      answers: { 200: { description: 'The document' } },
      handle: () => {
        document ??= openApiDocument(all(), API_VERSION);
        return Promise.resolve({ status: 200, body: document });
      },
    }),
    publicRoute({
      path: '/docs',
      operationId: 'getDocs',
      tag: 'system',
      summary: 'This API for people',
      answers: { 200: { description: 'A page', mediaType: 'text/html' } },
      handle: () => {
        page ??= docsPage(openApiDocument(all(), API_VERSION));
        return Promise.resolve({ status: 200, body: page, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
      },
    }),
    publicRoute({
      path: '/healthz',
      operationId: 'getHealth',
      tag: 'system',
      summary: 'Whether the process lives',
      answers: { 200: { description: 'It does', schema: HealthSchema } },
      handle: () => Promise.resolve({ status: 200, body: { status: 'ok' } }),
    }),
    publicRoute({
      path: '/readyz',
      operationId: 'getReadiness',
      tag: 'system',
      summary: 'Whether the gateway can do its work, and if not, why',
      answers: {
        200: { description: 'Ready', schema: ReadinessSchema },
        503: { description: 'Not ready', schema: ReadinessSchema },
      },
      handle: async () => {
        const report = await services.readiness.report();
        return { status: report.ready ? 200 : 503, body: report };
      },
    }),
    publicRoute({
      path: '/metrics',
      operationId: 'getMetrics',
      tag: 'system',
      summary: 'Counters and times for Prometheus',
      answers: { 200: { description: 'Text exposition format', mediaType: 'text/plain' } },
      handle: async () => {
        const { registry } = services.metrics;
        const headers = { 'Content-Type': registry.contentType };
        return { status: 200, body: await registry.metrics(), headers };
      },
    }),
  ];
  return own;
}
