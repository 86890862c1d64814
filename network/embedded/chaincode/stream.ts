/** A peer's stream to one chaincode that runs as a service: connects, registers, executes, reconnects. */
import { setTimeout as delay } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { type Logger } from 'pino';
import { type ConnectionTls } from '../packages/package';
import { decodeChaincodeId } from '../wire/proposal';
import { NO_BYTES } from '../wire/protobuf';
import {
  type ChaincodeMessage,
  decodeChaincodeMessage,
  encodeAdditionalParams,
  encodeChaincodeMessage,
  messageTypeName,
  MessageType,
} from '../wire/shim';
import { type ExecutedTransaction, ExecutionError, TransactionContext } from './context';
import { handlers } from './handlers';

/** Fabric's message when the stream goes down under a transaction; gateways and clients match on it. */
export const STREAM_TERMINATED = 'chaincode stream terminated';

export interface ChaincodeStreamOptions {
  /** Where the chaincode listens: `host:port` or `unix:/path`. */
  readonly address: string;
  /** Undefined: plain text. */
  readonly tls?: ConnectionTls | undefined;
  /** The package that it runs. */
  readonly packageId: string;
  /** How long a transaction may run, in milliseconds. */
  readonly executeTimeoutMs: number;
  /** How long a transaction waits for a chaincode that is not connected, in milliseconds. */
  readonly launchTimeoutMs: number;
  readonly logger: Logger;
}

export interface Execution {
  readonly transaction: ExecutedTransaction;
  /** MessageType.TRANSACTION or INIT. */
  readonly type: number;
  /** The name by which the chaincode is defined on the channel. */
  readonly namespace: string;
  /** The bytes of the ChaincodeInput. */
  readonly input: Buffer;
}

/** Sizes of batched state access that this peer asks for. */
const BATCH_SIZES = { maxSizeWriteBatch: 1000, maxSizeGetMultipleKeys: 1000 };
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 250;

type ShimStream = grpc.ClientDuplexStream<ChaincodeMessage, ChaincodeMessage>;

export class ChaincodeStream {
  readonly #options: ChaincodeStreamOptions;
  readonly #client: grpc.Client;
  readonly #contexts = new Map<string, TransactionContext>();
  readonly #waiting = new Set<() => void>();
  readonly #closing = new AbortController();
  #stream: ShimStream | undefined;
  #ready = false;
  #lastFailure = 'not connected yet';

  /** Begins to connect at once, and goes on until closed. */
  constructor(options: ChaincodeStreamOptions) {
    this.#options = options;
    this.#client = new grpc.Client(options.address, credentialsFor(options.tls), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      'grpc.initial_reconnect_backoff_ms': FIRST_BACKOFF_MS,
      'grpc.max_reconnect_backoff_ms': MAX_BACKOFF_MS,
      'grpc-node.flow_control_window': 4 * 1024 * 1024,
    });
    void this.#keepConnected();
  }

  get isReady(): boolean {
    return this.#ready;
  }

  /**
   * Waits until the chaincode has registered.
   * @throws ExecutionError when it has not after `timeoutMs`.
   */
  async whenReady(timeoutMs: number): Promise<void> {
    if (this.isReady) return;
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(done);
        const { packageId, address } = this.#options;
        const reason = `connection to ${address} failed: ${this.#lastFailure}`;
        reject(new ExecutionError(`could not launch chaincode ${packageId}: ${reason}`));
      }, timeoutMs);
      this.#waiting.add(done);
    });
  }

  /**
   * Runs one transaction to the chaincode's last message, COMPLETED or ERROR.
   * @throws ExecutionError when the chaincode is not there, stops, or takes too long.
   */
  async execute({ transaction, namespace, type, input }: Execution): Promise<ChaincodeMessage> {
    await this.whenReady(this.#options.launchTimeoutMs);
    const channelId = transaction.channel.name;
    const { txId } = transaction.proposal.channelHeader;
    const id = contextId(channelId, txId);
    // A chaincode that comes to be called by itself, however far around, ends here.
    if (this.#contexts.has(id)) throw new ExecutionError(`error sending: txid: ${txId}(${channelId}) exists`);
    const outcome = await new Promise<ChaincodeMessage | ExecutionError>((resolve) => {
      const timer = setTimeout(() => {
        resolve(new ExecutionError('error sending: timeout expired while executing transaction'));
      }, this.#options.executeTimeoutMs);
      const isInit = type === MessageType.INIT;
      const context = new TransactionContext(transaction, namespace, isInit, (result) => {
        clearTimeout(timer);
        resolve(result);
      });
      this.#contexts.set(id, context);
      this.#send({ type, payload: input, txId, channelId, proposal: transaction.proposal.signed.encoded });
    });
    const context = this.#contexts.get(id);
    this.#contexts.delete(id);
    await context?.closeQueries();
    if (outcome instanceof ExecutionError) throw outcome;
    return outcome;
  }

  close(): void {
    this.#closing.abort();
    this.#stream?.cancel();
    this.#client.close();
  }

  async #keepConnected(): Promise<void> {
    let backoff = FIRST_BACKOFF_MS;
    const { signal } = this.#closing;
    // Asked before every connection: after the close there is no client to connect with.
    while (!signal.aborted) {
      const wasReady = await this.#connectOnce();
      backoff = wasReady ? FIRST_BACKOFF_MS : Math.min(backoff * 2, MAX_BACKOFF_MS);
      await delay(backoff, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One stream from connection to end; resolves with whether it had become ready. */
  async #connectOnce(): Promise<boolean> {
    const stream: ShimStream = this.#client.makeBidiStreamRequest(
      '/protos.Chaincode/Connect',
      encodeChaincodeMessage,
      decodeChaincodeMessage,
    );
    this.#stream = stream;
    let becameReady = false;
    const reason = await new Promise<string>((resolve) => {
      stream.on('data', (message: ChaincodeMessage) => {
        if (this.#ready) {
          if (!this.#receive(message)) {
            resolve(`cannot handle message ${messageTypeName(message.type)}`);
            stream.cancel();
          }
        } else if (message.type === MessageType.REGISTER && decodeChaincodeId(message.payload).name !== '') {
          this.#send({ type: MessageType.REGISTERED, payload: NO_BYTES, txId: '', channelId: '' });
          this.#send({
            type: MessageType.READY,
            payload: encodeAdditionalParams(BATCH_SIZES),
            txId: '',
            channelId: '',
          });
          becameReady = true;
          this.#becomeReady();
        } else {
          resolve(`it began with ${messageTypeName(message.type)} instead of REGISTER`);
          stream.cancel();
        }
      });
      stream.on('error', (error) => {
        resolve(error.message);
      });
      stream.on('end', () => {
        resolve('the chaincode ended the stream');
      });
    });
    this.#disconnected(reason);
    return becameReady;
  }

  #becomeReady(): void {
    this.#ready = true;
    this.#options.logger.debug({ chaincode: this.#options.packageId }, 'chaincode stream ready');
    for (const done of [...this.#waiting]) done();
  }

  #disconnected(reason: string): void {
    if (this.#ready && !this.#closing.signal.aborted) {
      this.#options.logger.warn({ chaincode: this.#options.packageId, reason }, STREAM_TERMINATED);
    }
    this.#ready = false;
    this.#stream = undefined;
    this.#lastFailure = reason;
    for (const context of this.#contexts.values()) {
      context.settle(new ExecutionError(`error sending: ${STREAM_TERMINATED}`));
    }
  }

  #send(message: ChaincodeMessage): void {
    this.#stream?.write(message);
  }

  /** @returns false when the message is not one that a peer knows, which ends the stream. */
  #receive(message: ChaincodeMessage): boolean {
    if (message.type === MessageType.KEEPALIVE) return true;
    const context = this.#contexts.get(contextId(message.channelId, message.txId));
    if (message.type === MessageType.COMPLETED || message.type === MessageType.ERROR) {
      context?.settle(message);
      return true;
    }
    const handler = handlers.get(message.type);
    if (handler === undefined) return false;
    if (context === undefined) {
      this.#answerError(message, 'no ledger context');
      return true;
    }
    if (context.busy) {
      this.#options.logger.error({ txId: message.txId }, 'another request of this transaction is pending; dropped');
      return true;
    }
    try {
      const answer = handler(message.payload, context);
      if (Buffer.isBuffer(answer)) this.#answer(message, answer);
      else this.#answerLater(message, context, answer);
    } catch (error) {
      this.#answerError(message, messageOf(error));
    }
    return true;
  }

  #answerLater(message: ChaincodeMessage, context: TransactionContext, answer: Promise<Buffer>): void {
    context.busy = true;
    answer.then(
      (payload) => {
        context.busy = false;
        this.#answer(message, payload);
      },
      (error: unknown) => {
        context.busy = false;
        this.#answerError(message, messageOf(error));
      },
    );
  }

  #answer({ txId, channelId }: ChaincodeMessage, payload: Buffer): void {
    this.#send({ type: MessageType.RESPONSE, payload, txId, channelId });
  }

  #answerError({ type, txId, channelId }: ChaincodeMessage, reason: string): void {
    const text = `${messageTypeName(type)} failed: transaction ID: ${txId}: ${reason}`;
    this.#send({ type: MessageType.ERROR, payload: Buffer.from(text, 'utf8'), txId, channelId });
  }
}

function credentialsFor(tls: ConnectionTls | undefined): grpc.ChannelCredentials {
  if (tls === undefined) return grpc.credentials.createInsecure();
  const bytes = (pem: string | undefined): Buffer | undefined => (pem === undefined ? undefined : Buffer.from(pem));
  return grpc.credentials.createSsl(Buffer.from(tls.caPem), bytes(tls.client?.keyPem), bytes(tls.client?.certPem));
}

function contextId(channelId: string, txId: string): string {
  return `${channelId}\u0000${txId}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
