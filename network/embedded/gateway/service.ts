/** The gRPC services of one organisation's peer: Fabric's Gateway, and the Endorser that it is made of. */
import * as grpc from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { decodeProposalRequest, decodeSignedRequest, decodeSubmitRequest } from '../wire/gateway';
import {
  decodeSignedProposal,
  encodeProposalResponse,
  type ProposalResponse,
  type SignedProposal,
} from '../wire/proposal';
import { chaincodeEvents } from './chaincodeevents';
import { GatewayError, toServiceError } from './errors';
import { type Gateway } from './gateway';

/** Calls that are under way at once, beyond which new ones are refused: Fabric's gatewayService.concurrency. */
const CONCURRENCY = 500;

const passThrough = (bytes: Buffer): Buffer => bytes;

function method<Request>(
  path: string,
  decode: (bytes: Buffer) => Request,
  responseStream = false,
): Definition<Request> {
  return {
    path,
    requestStream: false,
    responseStream,
    requestDeserialize: decode,
    // Only a client of this definition would serialise a request; there is none.
    requestSerialize: () => Buffer.alloc(0),
    responseSerialize: passThrough,
    responseDeserialize: passThrough,
  };
}

type Definition<Request> = grpc.MethodDefinition<Request, Buffer>;

const gatewayDefinition = {
  evaluate: method('/gateway.Gateway/Evaluate', decodeProposalRequest),
  endorse: method('/gateway.Gateway/Endorse', decodeProposalRequest),
  submit: method('/gateway.Gateway/Submit', decodeSubmitRequest),
  commitStatus: method('/gateway.Gateway/CommitStatus', decodeSignedRequest),
  chaincodeEvents: method('/gateway.Gateway/ChaincodeEvents', decodeSignedRequest, true),
};

const endorserDefinition = {
  processProposal: method('/protos.Endorser/ProcessProposal', decodeSignedProposal),
};

/** Adds the services to a server. */
export function addServices(
  server: grpc.Server,
  gateway: Gateway,
  processProposal: (signed: SignedProposal) => Promise<ProposalResponse>,
  logger: Logger,
): void {
  const limiter = new Limiter();
  const unary = <Request>(
    name: string,
    act: (request: Request, isCancelled: () => boolean) => Promise<Buffer> | Buffer,
  ): grpc.handleUnaryCall<Request, Buffer> => {
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
  };
  server.addService(gatewayDefinition, {
    evaluate: unary('evaluate', (request: ReturnType<typeof decodeProposalRequest>, isCancelled) =>
      gateway.evaluate(request, isCancelled),
    ),
    endorse: unary('endorse', (request: ReturnType<typeof decodeProposalRequest>) => gateway.endorse(request)),
    submit: unary('submit', (request: ReturnType<typeof decodeSubmitRequest>) => gateway.submit(request)),
    // Waiting for a commit and listening to events are not counted: they take no time of the process.
    commitStatus: (
      call: grpc.ServerUnaryCall<ReturnType<typeof decodeSignedRequest>, Buffer>,
      callback: grpc.sendUnaryData<Buffer>,
    ) => {
      gateway.commitStatus(call.request, cancellation(call)).then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          if (!call.cancelled) logFailure(logger, 'commitStatus', error);
          callback(toServiceError(error));
        },
      );
    },
    chaincodeEvents: (call: grpc.ServerWritableStream<ReturnType<typeof decodeSignedRequest>, Buffer>) => {
      const signal = cancellation(call);
      chaincodeEvents(gateway, call.request, (response) => write(call, response, signal), signal).then(
        () => {
          call.end();
        },
        (error: unknown) => {
          logFailure(logger, 'chaincodeEvents', error);
          call.emit('error', toServiceError(error));
        },
      );
    },
  });
  server.addService(endorserDefinition, {
    processProposal: unary('processProposal', async (signed: SignedProposal) =>
      encodeProposalResponse(await processProposal(signed)),
    ),
  });
}

/** Fails fast when too much is under way. */
class Limiter {
  #running = 0;

  async run(act: () => Promise<Buffer>): Promise<Buffer> {
    if (this.#running >= CONCURRENCY) {
      throw new GatewayError(
        grpc.status.RESOURCE_EXHAUSTED,
        `too many requests, exceeding concurrency limit (${CONCURRENCY})`,
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

/** Aborted when the client cancels, its deadline passes, or the connection ends. */
function cancellation(
  call: grpc.ServerUnaryCall<unknown, Buffer> | grpc.ServerWritableStream<unknown, Buffer>,
): AbortSignal {
  const controller = new AbortController();
  call.on('cancelled', () => {
    // gRPC says so of every call at its end; with a reason given, no exception is made up for it.
    controller.abort('cancelled');
  });
  if (call.cancelled) controller.abort('cancelled');
  return controller.signal;
}

/** Writes with the client's pace; a client that reads nothing holds nothing up but itself. */
async function write(
  call: grpc.ServerWritableStream<unknown, Buffer>,
  response: Buffer,
  signal: AbortSignal,
): Promise<void> {
  if (call.write(response)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      call.removeListener('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.on('drain', done);
    signal.addEventListener('abort', done);
  });
}

function logFailure(logger: Logger, method: string, error: unknown): void {
  if (error instanceof GatewayError) {
    logger.debug({ method, code: error.code, details: error.details }, error.message);
  } else logger.error({ method, err: error }, 'a call failed unexpectedly');
}
