/**
 * The one place that knows the insides of fabric-shim (pinned to 2.5.8): it has no call for batched state access, but its queue of messages carries it.
 */
import { createRequire } from 'node:module';
import type { ChaincodeStub } from 'fabric-shim-api';
import type * as protos from '@hyperledger/fabric-protos';
import { batchCapability, BatchedCalls, type Ask, type BatchCapability } from '../ledger/batched-calls';
import { SingleCalls, type StateAccess } from '../ledger/state-access';

type Handler = Readonly<{
  _stream: object;
  _askPeerAndListen(message: unknown, method: string): Promise<unknown>;
}>;

// The shim serialises only messages of its own copy of the protos.
const shimRequire = createRequire(require.resolve('fabric-shim'));
const { peer } = shimRequire('@hyperledger/fabric-protos') as Pick<typeof protos, 'peer'>;

const READY = peer.ChaincodeMessage.Type.READY;

function handlerOf(stub: ChaincodeStub): Handler | undefined {
  const handler = (stub as unknown as { handler?: Partial<Handler> }).handler;
  const usable = typeof handler?._askPeerAndListen === 'function' && typeof handler._stream === 'object';
  return usable ? (handler as Handler) : undefined;
}

/** Learns from each peer's READY message whether it takes batches, and gives every transaction the best access that its peer offers. */
export class PeerAccess {
  readonly #capabilities = new WeakMap<object, BatchCapability>();
  readonly #warn: (message: string) => void;
  #warned = false;

  /** @param warn told once when the shim's insides are not as expected, so that single calls are used. */
  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Looks at the first messages of a peer's stream. */
  observe(stream: NodeJS.EventEmitter): void {
    stream.on('data', (message: protos.peer.ChaincodeMessage) => {
      if (message.getType() !== READY) return;
      const capability = batchCapability(message.getPayload_asU8());
      if (capability !== undefined) this.#capabilities.set(stream, capability);
    });
  }

  /** The access to the world state for one transaction. */
  accessFor(stub: ChaincodeStub): StateAccess {
    const handler = handlerOf(stub);
    if (handler === undefined) {
      if (!this.#warned) this.#warn('fabric-shim is not as expected: state is read and written key by key');
      this.#warned = true;
      return new SingleCalls(stub);
    }
    const capability = this.#capabilities.get(handler._stream);
    if (capability === undefined) return new SingleCalls(stub);
    const ask: Ask = async (type, payload) => {
      const message = new peer.ChaincodeMessage();
      message.setType(type as protos.peer.ChaincodeMessage.TypeMap[keyof protos.peer.ChaincodeMessage.TypeMap]);
      message.setPayload(payload);
      message.setTxid(stub.getTxID());
      message.setChannelId(stub.getChannelID());
      // Through the shim's own queue, so that a transaction has one question under way and their order holds.
      const answer = await handler._askPeerAndListen(message, 'Batch');
      if (!(answer instanceof Uint8Array)) throw new Error('the peer answered a batch with no bytes');
      return answer;
    };
    return new BatchedCalls(ask, capability);
  }
}
