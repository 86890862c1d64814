/** A file of a snapshot, in the form of Fabric's common/ledger/snapshot: a byte for the format, then lengths and bytes. */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { uvarint } from '../wire/protobuf';

/** The first byte of each file. */
const FORMAT = 1;
/** So much is gathered before it is written. */
const CHUNK_BYTES = 256 * 1024;

export class SnapshotFile {
  readonly #file: FileHandle;
  readonly #hash: Hash = createHash('sha256');
  #pending: Buffer[] = [];
  #size = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Makes the file, which must not be there yet, readable only, as Fabric does. */
  static async create(path: string): Promise<SnapshotFile> {
    const file = new SnapshotFile(await open(path, 'wx', 0o444));
    file.#append(Buffer.from([FORMAT]));
    return file;
  }

  /** Appends a length and so many bytes. */
  async bytes(bytes: Buffer): Promise<void> {
    this.#append(uvarint(bytes.length));
    this.#append(bytes);
    if (this.#size >= CHUNK_BYTES) await this.#flush();
  }

  number(value: number): void {
    this.#append(uvarint(value));
  }

  /** Closes it once it is on disk. @returns the hash of all that is in it, in hex */
  async done(): Promise<string> {
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    return this.#hash.digest('hex');
  }

  /** Closes a file that nobody will want. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }

  #append(bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#size += bytes.length;
  }

  async #flush(): Promise<void> {
    const chunk = Buffer.concat(this.#pending, this.#size);
    this.#pending = [];
    this.#size = 0;
    this.#hash.update(chunk);
    await this.#file.write(chunk);
  }
}
