import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { createMetrics } from './metrics';

const COMPOSE = resolve(__dirname, '..', '..', 'network', 'compose');

test('alerts and dashboard ask for nothing of ours that nobody tells', async () => {
  const folder = join(COMPOSE, 'monitoring');
  const asked = ['alerts.yml', 'grafana/dashboards/onepledge.json']
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .flatMap((text) => text.match(/\bonepledge_\w+/g) ?? [])
    .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
  const told = [await createMetrics().registry.metrics(), readFileSync(join(COMPOSE, 'exporter.ts'), 'utf8')].join(
    '\n',
  );

  expect([...new Set(asked)].filter((name) => !told.includes(`# HELP ${name} `))).toEqual([]);
});

test('a group that is tried again shows in a rate from its first time on', async () => {
  expect(await createMetrics().registry.metrics()).toContain('onepledge_retries_total{reason="conflict"} 0');
});
