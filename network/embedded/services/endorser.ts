/** Fabric's Endorser service: one peer's own endorsement, for the peer command and for clients that gather endorsements themselves. */
import * as grpc from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { ProposalError } from '../endorser/proposal';
import { GatewayError } from '../gateway/errors';
import {
  decodeSignedProposal,
  encodeProposalResponse,
  type ProposalResponse,
  type SignedProposal,
} from '../wire/proposal';
import { Limiter, method, unary } from './grpc';

const SERVICE = '/protos.Endorser';
/** Fabric's peer.limits.concurrency.endorserService. */
const CONCURRENCY = 2500;

const definition = { processProposal: method(`${SERVICE}/ProcessProposal`, decodeSignedProposal) };

/** Adds the service to a peer's server. */
export function addEndorser(
  server: grpc.Server,
  processProposal: (signed: SignedProposal) => Promise<ProposalResponse>,
  logger: Logger,
): void {
  server.addService(definition, {
    processProposal: unary(
      'processProposal',
      new Limiter(SERVICE, CONCURRENCY),
      logger,
      async (signed: SignedProposal) => {
        try {
          return encodeProposalResponse(await processProposal(signed));
        } catch (error) {
          // What is wrong with the proposal itself is told as the call's error; Go's servers give such ones code UNKNOWN.
          if (error instanceof ProposalError) throw new GatewayError(grpc.status.UNKNOWN, error.message);
          throw error;
        }
      },
    ),
  });
}
