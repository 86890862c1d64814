/** A database for one system under test, on the server of ONEPLEDGE_TEST_DATABASE_URL. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** The server that tests may use; undefined: gateways keep their database in the home. */
export function testServer(): string | undefined {
  const url = process.env['ONEPLEDGE_TEST_DATABASE_URL'];
  return url === '' ? undefined : url;
}

export type TestDatabase = Readonly<{ url: string; drop: () => Promise<void> }>;

/** Makes an empty database. */
export async function createTestDatabase(server: string): Promise<TestDatabase> {
  const name = `onepledge_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await administer(server, `create database ${name}`);
  return { url: url.toString(), drop: () => administer(server, `drop database if exists ${name} with (force)`) };
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: server, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
