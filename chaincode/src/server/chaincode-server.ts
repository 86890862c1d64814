/** The chaincode as a service: peers connect, one stream each. */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { JSONSerializer } from 'fabric-contract-api';
import ChaincodeFromContract from 'fabric-shim/lib/contract-spi/chaincodefromcontract.js';
import ChaincodeServer from 'fabric-shim/lib/server.js';
import { CommandsContract } from '../contracts/commands-contract';
import { provide } from '../contracts/dependencies';
import { QueriesContract } from '../contracts/queries-contract';
import { KeyedHashTokens } from '../ledger/evidence-token';
import { SingleCalls } from '../ledger/state-access';
import { PeerAccess } from './shim-internals';
import type { Settings } from './settings';

/** The contracts of the chaincode, in the form that fabric-shim takes. */
export const contracts = [CommandsContract, QueriesContract];

/** Starts to serve. @returns a function that stops at once. */
export async function serveChaincode(settings: Settings, version: string): Promise<() => void> {
  const peers = new PeerAccess((message) => {
    process.stderr.write(`${message}\n`);
  });
  provide({
    name: settings.name,
    founders: settings.founders,
    tokens: new KeyedHashTokens(settings.evidenceKey),
    access: (stub) => (settings.stateAccess === 'single' ? new SingleCalls(stub) : peers.accessFor(stub)),
  });

  class ObservedServer extends ChaincodeServer {
    override connect(stream: ServerDuplexStream<unknown, unknown>): void {
      peers.observe(stream);
      super.connect(stream);
    }
  }

  const serializers = { transaction: 'jsonSerializer', serializers: { jsonSerializer: JSONSerializer } };
  const chaincode = new ChaincodeFromContract([...contracts], serializers, {}, 'onepledge', version);
  const { address, ccid, tls } = settings;
  const server = new ObservedServer(chaincode, {
    ccid,
    address,
    ...(tls === undefined ? {} : { tlsProps: tls }),
    // A group's list of commands and the blocks of values that it reads are larger than gRPC's default of 4 MiB.
    'grpc.max_receive_message_length': 100 * 1024 * 1024,
    'grpc.max_send_message_length': 100 * 1024 * 1024,
  });
  await server.start();
  return () => {
    server._server.forceShutdown();
  };
}
