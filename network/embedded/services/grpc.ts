/** What all gRPC services have in common: their definitions, their limits, and how a stream is read and written. */
import * as grpc from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { GatewayError, toServiceError } from '../gateway/errors';

export type Definition<Request> = grpc.MethodDefinition<Request, Buffer>;

const passThrough = (bytes: Buffer): Buffer => bytes;

/** A method whose requests are decoded when they arrive and whose responses are bytes already. */
export function method<Request>(
  path: string,
  decode: (bytes: Buffer) => Request,
  streams: { readonly request?: boolean; readonly response?: boolean } = {},
): Definition<Request> {
  return {
    path,
    requestStream: streams.request ?? false,
    responseStream: streams.response ?? false,
    requestDeserialize: decode,
    // Only a client of this definition would serialise a request; there is none.
    requestSerialize: () => Buffer.alloc(0),
    responseSerialize: passThrough,
    responseDeserialize: passThrough,
  };
}

/** A method with streams of bytes in both directions. */
export function streamMethod(path: string): Definition<Buffer> {
  return method(path, passThrough, { request: true, response: true });
}

/** Fails fast when too much is under way. */
export class Limiter {
  readonly #service: string;
  readonly #concurrency: number;
  #running = 0;

  /** @param service its gRPC name, which a refusal tells */
  constructor(service: string, concurrency: number) {
    this.#service = service;
    this.#concurrency = concurrency;
  }

  /** @throws GatewayError when the limit is reached */
  async run<T>(act: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#concurrency) {
      throw new GatewayError(
        grpc.status.UNKNOWN,
        `too many requests for ${this.#service}, exceeding concurrency limit (${this.#concurrency})`,
      );
    }
    this.#running += 1;
    try {
      return await act();
    } finally {
      this.#running -= 1;
    }
  }
}

type Unary<Request> = (request: Request, isCancelled: () => boolean) => Promise<Buffer> | Buffer;

/** A method that answers once. */
export function unary<Request>(
  name: string,
  limiter: Limiter,
  logger: Logger,
  act: Unary<Request>,
): grpc.handleUnaryCall<Request, Buffer> {
  return (call, callback) => {
    void limiter
      .run(async () => act(call.request, () => call.cancelled))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          logFailure(logger, name, error);
          callback(toServiceError(error));
        },
      );
  };
}

/** Serves one stream: reads requests in turn, sends with the client's pace, ends the stream when it returns. */
export type Conversation = (
  requests: AsyncIterable<Buffer>,
  send: (message: Buffer) => Promise<void>,
  signal: AbortSignal,
) => Promise<void>;

/** A method with streams in both directions. */
export function conversation(
  name: string,
  limiter: Limiter,
  logger: Logger,
  act: Conversation,
): grpc.handleBidiStreamingCall<Buffer, Buffer> {
  return (call) => {
    const signal = cancellation(call);
    // Reading on demand holds a client back that sends more than is answered. Leaving off must not destroy the stream: the
    // last answer is still on its way.
    const requests = call.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    void limiter
      .run(async () => act(requests, (message) => write(call, message, signal), signal))
      .then(
        () => {
          call.end();
        },
        (error: unknown) => {
          if (signal.aborted) return;
          logFailure(logger, name, error);
          call.emit('error', toServiceError(error));
        },
      );
  };
}

/** Aborted when the client cancels, its deadline passes, or the connection ends. */
export function cancellation(call: {
  readonly cancelled: boolean;
  on(event: 'cancelled', listener: () => void): unknown;
}): AbortSignal {
  const controller = new AbortController();
  call.on('cancelled', () => {
    // gRPC says so of every call at its end; with a reason given, no exception is made up for it.
    controller.abort('cancelled');
  });
  if (call.cancelled) controller.abort('cancelled');
  return controller.signal;
}

/**
 * Writes with the client's pace: resolves when the message has been handed to the connection, which takes no more than its
 * window. A client that reads nothing holds nothing up but itself, and holds no more than one message here.
 */
export async function write(
  call: grpc.ServerWritableStream<unknown, Buffer> | grpc.ServerDuplexStream<unknown, Buffer>,
  response: Buffer,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    // A call that ends meanwhile never tells what became of the message.
    signal.addEventListener('abort', done);
    call.write(response, done);
  });
}

export function logFailure(logger: Logger, name: string, error: unknown): void {
  if (error instanceof GatewayError) {
    logger.debug({ method: name, code: error.code, details: error.details }, error.message);
  } else logger.error({ method: name, err: error }, 'a call failed unexpectedly');
}
