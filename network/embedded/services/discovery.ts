/** Fabric's Discovery service at one peer. */
import { type Server, status } from '@grpc/grpc-js';
import { type Logger } from 'pino';
import type { DiscoverySupport } from '../discovery';
import { GatewayError } from '../gateway/errors';
import { asBuffer } from '../wire/protobuf';
import { Limiter, method, unary } from './grpc';

const SERVICE = '/discovery.Discovery';

const definition = { discover: method(`${SERVICE}/Discover`, (bytes) => bytes) };

/** Adds the service to a peer's server. */
export function addDiscovery(server: Server, support: DiscoverySupport, logger: Logger): void {
  // Fabric's peers have no limit for this service.
  const limiter = new Limiter(SERVICE, Number.POSITIVE_INFINITY);
  server.addService(definition, {
    discover: unary('discover', limiter, logger, async (request: Buffer) => {
      // Loaded when it is first asked for: its generated messages take longer than the other services together.
      const { discover, RequestError } = await import('../discovery/index.js');
      try {
        return asBuffer(discover(request, support));
      } catch (error) {
        if (error instanceof RequestError) throw new GatewayError(status.UNKNOWN, error.message);
        throw error;
      }
    }),
  });
}
