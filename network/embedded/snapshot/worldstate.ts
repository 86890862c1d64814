/** A snapshot's state: public keys and hashes of private ones, each with its version, as Fabric's privacyenabledstate exports them. */
import { join } from 'node:path';
import { type Channel } from '../channel';
import { decodeMetadata } from '../endorser/metadata';
import { type StateEntry, type StateView, type VersionedValue } from '../ledger/state';
import { hashedPlace, isPrivateNamespace } from '../privdata/namespaces';
import { decodeEnvelope, decodePayload } from '../wire/common';
import { orderPreserving } from '../wire/orderpreserving';
import { NO_BYTES, Writer } from '../wire/protobuf';
import { encodeMetadataEntry } from '../wire/rwset';
import { SnapshotFile } from './file';
import { type FileHashes } from './metadata';

/** The key, in the namespace without a name, under which peers keep the channel's configuration. */
const CONFIG_KEY = 'CHANNEL_CONFIG_ENV_BYTES';

/** Writes the state's files; those without an entry are left out. */
export async function exportState(folder: string, channel: Channel, view: StateView): Promise<FileHashes> {
  const publicState = new StateFiles(folder, 'public_state');
  const privateHashes = new StateFiles(folder, 'private_state_hashes');
  try {
    await publicState.add('', Buffer.from(CONFIG_KEY), configuration(channel));
    let hashed: HashedNamespace | undefined;
    for await (const entry of view.entries()) {
      const { namespace, key } = entry;
      if (isPrivateNamespace(namespace)) continue;
      const isHashed = hashedPlace(namespace)[1] !== undefined;
      if (hashed !== undefined && hashed.namespace !== namespace) {
        await hashed.writeTo(privateHashes);
        hashed = undefined;
      }
      if (isHashed) (hashed ??= new HashedNamespace(namespace)).add(entry);
      else await publicState.add(namespace, Buffer.from(key, 'utf8'), entry);
    }
    await hashed?.writeTo(privateHashes);
    return { ...(await publicState.done()), ...(await privateHashes.done()) };
  } catch (error) {
    await Promise.all([publicState.abandon(), privateHashes.abandon()]);
    throw error;
  }
}

function configuration({ ledger, configBlock }: Channel): VersionedValue {
  const envelope = ledger.envelope(configBlock, 0) ?? NO_BYTES;
  const value = decodePayload(decodeEnvelope(envelope).payload).data;
  return { version: { block: configBlock, tx: 0 }, value, metadata: NO_BYTES };
}

/** The hashes of one collection: Fabric sorts them by their bytes, our ledger by their text. */
class HashedNamespace {
  readonly #entries: (readonly [key: Buffer, value: VersionedValue])[] = [];

  constructor(readonly namespace: string) {}

  add(entry: StateEntry): void {
    this.#entries.push([Buffer.from(entry.key, 'base64'), entry]);
  }

  async writeTo(files: StateFiles): Promise<void> {
    this.#entries.sort(([a], [b]) => Buffer.compare(a, b));
    for (const [key, value] of this.#entries) await files.add(this.namespace, key, value);
  }
}

/** A file of entries, and one that counts them by namespace. */
class StateFiles {
  readonly #counts: { readonly namespace: string; count: number }[] = [];
  #data: SnapshotFile | undefined;

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  async add(namespace: string, key: Buffer, { value, metadata, version }: VersionedValue): Promise<void> {
    this.#data ??= await SnapshotFile.create(join(this.folder, `${this.name}.data`));
    const last = this.#counts.at(-1);
    if (last?.namespace === namespace) last.count += 1;
    else this.#counts.push({ namespace, count: 1 });
    const record = new Writer(key.length + value.length + metadata.length + 64)
      .bytes(1, key)
      .bytes(2, value)
      .bytes(3, asInFabric(metadata))
      .bytes(4, Buffer.concat([orderPreserving(version.block), orderPreserving(version.tx)]));
    await this.#data.bytes(record.finish());
  }

  async done(): Promise<FileHashes> {
    if (this.#data === undefined) return {};
    const counts = await SnapshotFile.create(join(this.folder, `${this.name}.metadata`));
    counts.number(this.#counts.length);
    for (const { namespace, count } of this.#counts) {
      await counts.bytes(Buffer.from(namespace, 'utf8'));
      counts.number(count);
    }
    return { [`${this.name}.data`]: await this.#data.done(), [`${this.name}.metadata`]: await counts.done() };
  }

  async abandon(): Promise<void> {
    await this.#data?.abandon();
  }
}

/** A key's metadata as Fabric stores them: a KVMetadataWrite without its key. */
function asInFabric(metadata: Buffer): Buffer {
  const writer = new Writer(metadata.length + 8);
  for (const entry of decodeMetadata(metadata)) writer.message(2, encodeMetadataEntry(entry));
  return writer.finish();
}
