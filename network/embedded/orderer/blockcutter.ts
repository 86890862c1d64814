/** Decides where one block ends and the next begins: by count, by bytes, and by the time since its first message. */

/** The channel's block settings. */
export interface BlockLimits {
  readonly maxMessageCount: number;
  /** A block grows to so many bytes; a larger message gets a block of its own. */
  readonly preferredMaxBytes: number;
  /** A larger message is refused. */
  readonly absoluteMaxBytes: number;
  /** A block waits no longer for more messages, in milliseconds after its first. */
  readonly batchTimeoutMs: number;
}

export interface Sized {
  readonly size: number;
}

/** Gathers messages; gives finished batches to `cut`, in order. */
export class BlockCutter<Message extends Sized> {
  readonly #limits: () => BlockLimits;
  readonly #cut: (batch: readonly Message[]) => void;
  #pending: Message[] = [];
  #pendingBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param limits asked anew for each message, as the channel's configuration may change */
  constructor(limits: () => BlockLimits, cut: (batch: readonly Message[]) => void) {
    this.#limits = limits;
    this.#cut = cut;
  }

  add(message: Message): void {
    const { preferredMaxBytes, maxMessageCount, batchTimeoutMs } = this.#limits();
    if (message.size > preferredMaxBytes) {
      this.flush();
      this.#cut([message]);
      return;
    }
    if (this.#pendingBytes + message.size > preferredMaxBytes) this.flush();
    this.#pending.push(message);
    this.#pendingBytes += message.size;
    if (this.#pending.length >= maxMessageCount) this.flush();
    else
      this.#timer ??= setTimeout(() => {
        this.flush();
      }, batchTimeoutMs);
  }

  /** Cuts what is pending, if anything. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const batch = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#cut(batch);
  }
}
