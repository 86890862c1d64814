/** The suite's chaincodes as a program: every one has the same functions, they differ by their definitions. Ends with its parent. */
import { Shim } from 'fabric-shim';
import type { ChaincodeResponse, ChaincodeStub } from 'fabric-shim';
import { functions } from './functions';

/** One chaincode to serve: the package id that its peers know, and where it listens. */
export type Served = Readonly<{ id: string; address: string }>;

// Its type asks for TLS, which the server itself does not.
type Options = Parameters<typeof Shim.server>[1];

class ConformanceChaincode {
  /** As any function: a call of `Init` comes here only when the definition requires it. */
  Init(stub: ChaincodeStub): Promise<ChaincodeResponse> {
    return this.Invoke(stub);
  }

  async Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse> {
    const { fcn, params } = stub.getFunctionAndParameters();
    const call = functions.get(fcn);
    if (call === undefined) return Shim.error(`no function ${fcn}`);
    try {
      const answer = await call(stub, params);
      return 'status' in answer ? answer : Shim.success(answer);
    } catch (error) {
      return Shim.error(error instanceof Error ? error.message : String(error));
    }
  }
}

async function main(): Promise<void> {
  const served = JSON.parse(process.argv[2] ?? '[]') as readonly Served[];
  // gRPC's own limit of 4 MB would end the stream, and every transaction on it, at the first larger message.
  const unlimited = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
  for (const { id, address } of served) {
    await Shim.server(new ConformanceChaincode(), { ccid: id, address, ...unlimited } as Options).start();
  }
  process.once('disconnect', () => process.exit(0));
  process.send?.('listening');
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
