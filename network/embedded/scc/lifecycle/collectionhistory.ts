/** The collections that a chaincode had when a block came, whatever has been defined since. */
import { type ChaincodeDefinition } from '../../channel';
import { type Ledger } from '../../ledger/ledger';
import { decodeStateData } from '../../wire/lifecycle';
import { NO_BYTES } from '../../wire/protobuf';
import { readWriteSets } from '../../wire/results';
import { type Version } from '../../wire/rwset';
import { LIFECYCLE, readCollections } from './definitions';
import { fieldKey, NAMESPACES } from './serializer';

/** How many definitions are looked at a time, newest first. */
const BATCH = 8;

/**
 * The collections of the newest definition that was committed before a block, and has any: as Fabric keeps them for what a
 * block's private data are judged by.
 * @returns none when there was no such definition.
 */
export async function collectionsBelow(
  ledger: Ledger,
  chaincode: string,
  block: number,
): Promise<ChaincodeDefinition['collections']> {
  const key = fieldKey(NAMESPACES, chaincode, 'Collections');
  const view = ledger.acquire();
  const history = view.history(LIFECYCLE, key);
  try {
    for (let versions = await history.next(BATCH); versions.length > 0; versions = await history.next(BATCH)) {
      for (const version of versions) {
        const collections = version.block < block ? writtenCollections(ledger, version, key) : [];
        if (collections.length > 0) return collections;
      }
    }
    return [];
  } finally {
    await history.close();
    view.release();
  }
}

function writtenCollections(ledger: Ledger, { block, tx }: Version, key: string): ChaincodeDefinition['collections'] {
  const envelope = ledger.envelope(block, tx);
  const set =
    envelope === undefined ? undefined : readWriteSets(envelope).find(({ namespace }) => namespace === LIFECYCLE);
  const data = decodeStateData(set?.writes.find((write) => write.key === key)?.value ?? NO_BYTES);
  return data?.kind === 'Bytes' ? readCollections(data.value) : [];
}
