/** The packages that a peer has installed, on disk, and the streams to their chaincodes. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChaincodeStream } from '../chaincode/stream';
import {
  addressPlace,
  type ChaincodeConnection,
  chaincodeOfPlace,
  type ChaincodePackage,
  connectionOf,
  makePackage,
  PackageError,
  parsePackage,
} from './package';

/** Connects to the chaincode of a package. The address may be a place that the network fills in. */
export type Connect = (packageId: string, connection: ChaincodeConnection) => ChaincodeStream;

interface Installed {
  readonly label: string;
  readonly connection: ChaincodeConnection;
  stream?: ChaincodeStream;
}

export class PackageStore {
  readonly #folder: string;
  readonly #connect: Connect;
  readonly #installed = new Map<string, Installed>();

  /**
   * Reads what is there.
   * @param folder the peer's own
   * @throws PackageError when a package that is there cannot be read.
   */
  constructor(folder: string, connect: Connect) {
    this.#folder = folder;
    this.#connect = connect;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(folder)) {
      if (file.endsWith(SUFFIX)) this.#record(parsePackage(readFileSync(join(folder, file))));
    }
  }

  /**
   * Keeps the package. Its chaincode is connected to when it is first needed.
   * @returns the package's id and label
   * @throws PackageError when it is installed already, or is none that can run here.
   */
  install(bytes: Buffer): { readonly id: string; readonly label: string } {
    let parsed: ChaincodePackage;
    try {
      parsed = parsePackage(bytes);
    } catch (error) {
      if (!(error instanceof PackageError)) throw error;
      throw new PackageError(`could not parse as a chaincode install package: ${error.message}`);
    }
    if (this.#installed.has(parsed.id)) {
      throw new PackageError(`chaincode already successfully installed (package ID '${parsed.id}')`);
    }
    try {
      this.#record(parsed);
    } catch (error) {
      if (!(error instanceof PackageError)) throw error;
      throw new PackageError(`could not build chaincode: ${error.message}`);
    }
    const path = this.#path(parsed.id);
    writeFileSync(`${path}.new`, bytes, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
    return parsed;
  }

  /** The id of the package for a chaincode of the consortium's description; installed when it is not yet. */
  ensure(chaincode: string, version: string): string {
    const bytes = makePackage(`${chaincode}_${version}`, addressPlace(chaincode));
    const { id } = parsePackage(bytes);
    if (!this.#installed.has(id)) this.install(bytes);
    return id;
  }

  /** Installs what another peer of the organisation has of the consortium's description. */
  ensureAsIn(other: PackageStore): void {
    for (const id of other.#installed.keys()) {
      if (other.isOfNetwork(id) && !this.#installed.has(id)) this.install(other.load(id));
    }
  }

  /** Label by package id. */
  list(): ReadonlyMap<string, string> {
    return new Map([...this.#installed].map(([id, { label }]) => [id, label]));
  }

  has(packageId: string): boolean {
    return this.#installed.has(packageId);
  }

  /** @throws PackageError */
  load(packageId: string): Buffer {
    if (!this.#installed.has(packageId)) {
      throw new PackageError(`could not load cc install package: chaincode install package '${packageId}' not found`);
    }
    return readFileSync(this.#path(packageId));
  }

  /** The stream to a package's chaincode, opened at the first call; undefined: the package is not installed. */
  stream(packageId: string): ChaincodeStream | undefined {
    const installed = this.#installed.get(packageId);
    if (installed === undefined) return undefined;
    installed.stream ??= this.#connect(packageId, installed.connection);
    return installed.stream;
  }

  /** Whether the package's chaincode is one that the network was told the address of. */
  isOfNetwork(packageId: string): boolean {
    const address = this.#installed.get(packageId)?.connection.address;
    return address !== undefined && chaincodeOfPlace(address) !== undefined;
  }

  /** Ends the streams; a later call opens one anew. */
  disconnect(): void {
    for (const installed of this.#installed.values()) {
      installed.stream?.close();
      delete installed.stream;
    }
  }

  close(): void {
    for (const { stream } of this.#installed.values()) stream?.close();
  }

  #record(parsed: ChaincodePackage): void {
    this.#installed.set(parsed.id, { label: parsed.label, connection: connectionOf(parsed) });
  }

  #path(packageId: string): string {
    return join(this.#folder, packageId.replace(':', '.') + SUFFIX);
  }
}

const SUFFIX = '.tar.gz';
