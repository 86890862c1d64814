/** Fabric's Endorser service: one peer's own endorsement, for the peer command and for clients that gather endorsements themselves. */
import * as grpc from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { type EndorserAnswer } from '../endorser/interest';
import { encodeChaincodeInterest } from '../endorser/interestmessage';
import { ProposalError } from '../endorser/proposal';
import { GatewayError } from '../gateway/errors';
import { decodeSignedProposal, encodeProposalResponse, type SignedProposal } from '../wire/proposal';
import { Writer } from '../wire/protobuf';
import { Limiter, method, unary } from './grpc';

const SERVICE = '/protos.Endorser';
/** Fabric's peer.limits.concurrency.endorserService. */
const CONCURRENCY = 2500;

const definition = { processProposal: method(`${SERVICE}/ProcessProposal`, decodeSignedProposal) };

/** Adds the service to a peer's server. */
export function addEndorser(
  server: grpc.Server,
  processProposal: (signed: SignedProposal) => Promise<EndorserAnswer>,
  logger: Logger,
): void {
  server.addService(definition, {
    processProposal: unary(
      'processProposal',
      new Limiter(SERVICE, CONCURRENCY),
      logger,
      async (signed: SignedProposal) => {
        try {
          return encodeAnswer(await processProposal(signed));
        } catch (error) {
          // What is wrong with the proposal itself is told as the call's error; Go's servers give such ones code UNKNOWN.
          if (error instanceof ProposalError) throw new GatewayError(grpc.status.UNKNOWN, error.message);
          throw error;
        }
      },
    ),
  });
}

/** A message without anything in it, too, says that the peer knows what was touched: system chaincodes only. */
function encodeAnswer(answer: EndorserAnswer): Buffer {
  const response = encodeProposalResponse(answer);
  if (answer.interest === undefined) return response;
  const interest = encodeChaincodeInterest(answer.interest);
  return Buffer.concat([response, new Writer(interest.length + 8).message(7, interest).finish()]);
}
