/** Fabric's Gateway service of one organisation's peer. */
import type * as grpc from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { cancellation, Limiter, logFailure, method, unary, write } from '../services/grpc';
import { decodeProposalRequest, decodeSignedRequest, decodeSubmitRequest } from '../wire/gateway';
import { chaincodeEvents } from './chaincodeevents';
import { commitStatus } from './commitstatus';
import { endorse } from './endorse';
import { toServiceError } from './errors';
import { evaluate } from './evaluate';
import { type Gateway } from './gateway';
import { submit } from './submit';

const SERVICE = '/gateway.Gateway';

/** Calls that are under way at once, beyond which new ones are refused: Fabric's gatewayService.concurrency. */
const CONCURRENCY = 500;

const definition = {
  evaluate: method(`${SERVICE}/Evaluate`, decodeProposalRequest),
  endorse: method(`${SERVICE}/Endorse`, decodeProposalRequest),
  submit: method(`${SERVICE}/Submit`, decodeSubmitRequest),
  commitStatus: method(`${SERVICE}/CommitStatus`, decodeSignedRequest),
  chaincodeEvents: method(`${SERVICE}/ChaincodeEvents`, decodeSignedRequest, { response: true }),
};

/** Adds the service to a peer's server. */
export function addGateway(server: grpc.Server, gateway: Gateway, logger: Logger): void {
  const limiter = new Limiter(SERVICE, CONCURRENCY);
  server.addService(definition, {
    evaluate: unary('evaluate', limiter, logger, (request: ReturnType<typeof decodeProposalRequest>, isCancelled) =>
      evaluate(gateway, request, isCancelled),
    ),
    endorse: unary('endorse', limiter, logger, (request: ReturnType<typeof decodeProposalRequest>) =>
      endorse(gateway, request),
    ),
    submit: unary('submit', limiter, logger, (request: ReturnType<typeof decodeSubmitRequest>) =>
      submit(gateway, request),
    ),
    // Waiting for a commit and listening to events are not counted: they take no time of the process.
    commitStatus: (
      call: grpc.ServerUnaryCall<ReturnType<typeof decodeSignedRequest>, Buffer>,
      callback: grpc.sendUnaryData<Buffer>,
    ) => {
      commitStatus(gateway, call.request, cancellation(call)).then(
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
}
