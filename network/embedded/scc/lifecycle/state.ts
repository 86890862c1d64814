/** The lifecycle's state as a simulation sees it: public, and in the implicit collection of each organisation. */
import { type TxSimulator } from '../../endorser/simulator';
import { implicitCollection } from '../../privdata/collection';
import { LIFECYCLE } from './definitions';
import { metadataRange, NAMESPACES, type OpaqueState, type WritableState } from './serializer';

export function publicState(simulator: TxSimulator): WritableState {
  return {
    get: (key) => simulator.getState(LIFECYCLE, key),
    put: (key, value) => {
      simulator.setState(LIFECYCLE, key, value);
    },
    delete: (key) => {
      simulator.deleteState(LIFECYCLE, key);
    },
  };
}

export function orgState({ privateData }: TxSimulator, mspId: string): WritableState & OpaqueState {
  const collection = implicitCollection(mspId);
  return {
    get: (key) => privateData.get(LIFECYCLE, collection, key),
    put: (key, value) => {
      privateData.set(LIFECYCLE, collection, key, value);
    },
    delete: (key) => {
      privateData.delete(LIFECYCLE, collection, key);
    },
    hash: (key) => privateData.getHash(LIFECYCLE, collection, key),
  };
}

/** The names under which something is kept in the public state. */
export async function publicNames(simulator: TxSimulator): Promise<readonly string[]> {
  const [start, end] = metadataRange(NAMESPACES);
  const range = simulator.range(LIFECYCLE, start, end, undefined);
  const names: string[] = [];
  try {
    for (let found = await range.next(); found !== undefined; found = await range.next()) {
      names.push(found.key.slice(start.length));
    }
  } finally {
    await range.close();
  }
  return names;
}

/** As `publicNames`, in an organisation's implicit collection. */
export async function orgNames({ privateData }: TxSimulator, mspId: string): Promise<readonly string[]> {
  const [start, end] = metadataRange(NAMESPACES);
  const scan = privateData.range(LIFECYCLE, implicitCollection(mspId), start, end);
  const names: string[] = [];
  try {
    for (let batch = await scan.next(100); batch.length > 0; batch = await scan.next(100)) {
      names.push(...batch.map(({ key }) => key.slice(start.length)));
    }
  } finally {
    await scan.close();
  }
  return names;
}
