import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { conversation, Limiter, method, streamMethod, unary } from './grpc';

const logger = pino({ level: 'silent' });
const bytes = (message: Uint8Array): Buffer => Buffer.from(message);
const definition = { talk: streamMethod('/test.Test/Talk'), ping: method('/test.Test/Ping', bytes) };

const MESSAGES = 50;
const MESSAGE = Buffer.alloc(1024 * 1024);

let server: grpc.Server;
let client: grpc.Client;
let sent = 0;

beforeAll(async () => {
  server = new grpc.Server();
  server.addService(definition, {
    ping: unary('ping', new Limiter('/test.Test', 10), logger, () => Buffer.alloc(0)),
    talk: conversation('talk', new Limiter('/test.Test', 1), logger, async (requests, send, signal) => {
      for await (const request of requests) {
        for (let count = 0; count < MESSAGES && !signal.aborted; count += 1) {
          await send(request.length === 0 ? MESSAGE : request);
          sent += 1;
        }
      }
    }),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

function talk(): grpc.ClientDuplexStream<Uint8Array, Buffer> {
  const call = client.makeBidiStreamRequest('/test.Test/Talk', bytes, bytes, { deadline: Date.now() + 20_000 });
  call.on('error', () => undefined);
  return call;
}

function ping(): Promise<void> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      '/test.Test/Ping',
      bytes,
      bytes,
      Buffer.alloc(0),
      { deadline: Date.now() + 20_000 },
      (error) => {
        if (error === null) resolve();
        else reject(error);
      },
    );
  });
}

/** Resolves when the server has forgotten the call. */
async function cancelled(call: grpc.ClientDuplexStream<Uint8Array, Buffer>): Promise<void> {
  call.cancel();
  await ping();
  await ping();
}

describe('a stream', () => {
  test('holds no more for a client that does not read than its connection takes', async () => {
    sent = 0;
    const call = talk();
    call.write(Buffer.alloc(0));

    // Calls behind it on the same connection: a server that wrote on regardless would have written everything by then.
    for (let count = 0; count < 50; count += 1) await ping();
    const inAdvance = sent;
    await cancelled(call);

    // What the connection's window takes: 4 MB.
    expect(inAdvance).toBeLessThan(8);
  });

  test('gives everything to a client that reads', async () => {
    const call = talk();
    call.write(Buffer.from('x'));
    call.end();

    let received = 0;
    for await (const message of call as AsyncIterable<Buffer>) received += message.length;

    expect(received).toBe(MESSAGES);
  });

  test('is refused when too many are open', async () => {
    const first = talk();
    const answered = new Promise((resolve) => first.once('data', resolve));
    first.write(Buffer.from('x'));
    await answered;

    const second = talk();
    const refusal = new Promise<grpc.ServiceError>((resolve) =>
      second.once('error', resolve as (error: Error) => void),
    );
    second.resume();

    await expect(refusal).resolves.toMatchObject({
      code: grpc.status.UNKNOWN,
      details: 'too many requests for /test.Test, exceeding concurrency limit (1)',
    });
    await cancelled(first);
  });
});
