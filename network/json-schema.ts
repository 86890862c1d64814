/** The JSON Schema of consortium.yaml, for editors: made from the schema that checks it, by `node network/dist/json-schema.js`. */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ConsortiumSchema } from './consortium-schema';

/** The schema's file in the project. */
export const JSON_SCHEMA_FILE = 'docs/reference/consortium.schema.json';

/** The file's text. What is between fields, such as a port that is there twice, no schema can say. */
export function consortiumJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(ConsortiumSchema, { io: 'input' });
  const head = {
    $schema,
    title: 'consortium.yaml',
    description: 'The one description of the consortium: organisations, nodes, channels, chaincodes.',
  };
  return `${JSON.stringify({ ...head, ...schema }, undefined, 2)}\n`;
}

if (require.main === module) writeFileSync(JSON_SCHEMA_FILE, consortiumJsonSchema());
