/** Definitions that stand still, for tests of a part that only reads them. */
import { type ChaincodeDefinition, type ChaincodeDefinitions } from '../channel';

export function fixedDefinitions(
  ...definitions: readonly (Pick<ChaincodeDefinition, 'name' | 'endorsementPolicy'> & Partial<ChaincodeDefinition>)[]
): ChaincodeDefinitions {
  const byName = new Map(
    definitions.map((definition) => [
      definition.name,
      { version: '1.0', sequence: 1, initRequired: false, collections: [], ...definition },
    ]),
  );
  return {
    get: (name) => byName.get(name),
    has: (name) => byName.has(name),
    names: () => [...byName.keys()],
    refresh: () => Promise.resolve(),
  };
}
