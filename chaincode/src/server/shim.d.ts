/** The parts of fabric-shim 2.5.8 that it does not export: pinned exactly, and checked when the program starts. */
declare module 'fabric-shim/lib/server.js' {
  import type { ServerDuplexStream } from '@grpc/grpc-js';
  type Options = Readonly<{ ccid: string; address: string; tlsProps?: object; [grpcOption: `grpc.${string}`]: number }>;
  class ChaincodeServer {
    constructor(chaincode: object, options: Options);
    start(): Promise<void>;
    connect(stream: ServerDuplexStream<unknown, unknown>): void;
    readonly _server: { forceShutdown(): void; tryShutdown(done: (error?: Error) => void): void };
  }
  export = ChaincodeServer;
}

declare module 'fabric-shim/lib/contract-spi/chaincodefromcontract.js' {
  class ChaincodeFromContract {
    constructor(contracts: readonly unknown[], serializers: object, metadata: object, title: string, version: string);
    Init(stub: unknown): Promise<unknown>;
    Invoke(stub: unknown): Promise<unknown>;
  }
  export = ChaincodeFromContract;
}

declare module 'fabric-shim/node_modules/@hyperledger/fabric-protos' {
  export * from '@hyperledger/fabric-protos';
}
