/** Private data: the first argument is the collection. */
import type { ChaincodeStub } from 'fabric-shim';
import { KeyEndorsementPolicy } from 'fabric-shim';
import { arg, type Functions, json, text } from './function';
import { pairs } from './queries';

export const privateData: Functions = {
  /** putPrivate collection key [value]; without a value the transient one is taken. */
  putPrivate: async (stub, args) => {
    await stub.putPrivateData(arg(args, 0), arg(args, 1), valueOf(stub, args[2]));
    return text('written');
  },
  /** putPrivateAndPublic collection key value */
  putPrivateAndPublic: async (stub, args) => {
    await stub.putPrivateData(arg(args, 0), arg(args, 1), text(arg(args, 2)));
    await stub.putState(arg(args, 1), text(`public ${arg(args, 2)}`));
    return text('written');
  },
  putPrivateThenGet: async (stub, args) => {
    await stub.putPrivateData(arg(args, 0), arg(args, 1), text(arg(args, 2)));
    return stub.getPrivateData(arg(args, 0), arg(args, 1));
  },
  /** Writes a value of that many bytes. */
  putPrivateLarge: async (stub, args) => {
    await stub.putPrivateData(arg(args, 0), arg(args, 1), Buffer.alloc(Number(arg(args, 2)), 'x'));
    return text('written');
  },
  /** Differs at each endorser. */
  putPrivateRandom: async (stub, args) => {
    await stub.putPrivateData(arg(args, 0), arg(args, 1), text(String(process.hrtime.bigint())));
    return text('written');
  },
  getPrivate: async (stub, args) => stub.getPrivateData(arg(args, 0), arg(args, 1)),
  /** How long the value is. */
  lengthOfPrivate: async (stub, args) => text(String((await stub.getPrivateData(arg(args, 0), arg(args, 1))).length)),
  /** In hexadecimal digits. */
  getPrivateHash: async (stub, args) =>
    text(Buffer.from(await stub.getPrivateDataHash(arg(args, 0), arg(args, 1))).toString('hex')),
  delPrivate: async (stub, args) => {
    await stub.deletePrivateData(arg(args, 0), arg(args, 1));
    return text('deleted');
  },
  purgePrivate: async (stub, args) => {
    await stub.purgePrivateData(arg(args, 0), arg(args, 1));
    return text('purged');
  },
  /** Purges what it has read: invalid when that has changed meanwhile. */
  readThenPurgePrivate: async (stub, args) => {
    await stub.getPrivateData(arg(args, 0), arg(args, 1));
    await stub.purgePrivateData(arg(args, 0), arg(args, 1));
    return text('purged');
  },
  /** Reads a private key, then writes a public one. */
  readPrivateThenPut: async (stub, args) => {
    const value = await stub.getPrivateData(arg(args, 0), arg(args, 1));
    await stub.putState(arg(args, 2), text('read'));
    return value;
  },
  /** Reads a private key's hash, then writes a public key. */
  readPrivateHashThenPut: async (stub, args) => {
    await stub.getPrivateDataHash(arg(args, 0), arg(args, 1));
    await stub.putState(arg(args, 2), text('read'));
    return text('written');
  },
  /** rangePrivate collection start end */
  rangePrivate: async (stub, args) =>
    json(await pairs(stub.getPrivateDataByRange(arg(args, 0), arg(args, 1), arg(args, 2)))),
  rangePrivateThenPut: async (stub, args) => {
    await pairs(stub.getPrivateDataByRange(arg(args, 0), arg(args, 1), arg(args, 2)));
    await stub.putState(arg(args, 1), text('x'));
    return text('written');
  },
  putThenRangePrivate: async (stub, args) => {
    await stub.putState(arg(args, 1), text('x'));
    return json(await pairs(stub.getPrivateDataByRange(arg(args, 0), arg(args, 1), arg(args, 2))));
  },
  /** fillPrivate collection prefix count */
  fillPrivate: async (stub, args) => {
    for (let index = 0; index < Number(arg(args, 2)); index += 1) {
      await stub.putPrivateData(
        arg(args, 0),
        `${arg(args, 1)}${String(index).padStart(5, '0')}`,
        text(`value ${index}`),
      );
    }
    return text('written');
  },
  countPrivate: async (stub, args) =>
    text(String((await pairs(stub.getPrivateDataByRange(arg(args, 0), arg(args, 1), arg(args, 2)))).length)),
  /** putPrivateComposite collection value type attribute… */
  putPrivateComposite: async (stub, [collection = '', value = '', type = '', ...attributes]) => {
    await stub.putPrivateData(collection, stub.createCompositeKey(type, attributes), text(value));
    return text('written');
  },
  /** Attributes and values of the keys that begin so. */
  privateComposites: async (stub, [collection = '', type = '', ...attributes]) => {
    const found = await pairs(stub.getPrivateDataByPartialCompositeKey(collection, type, attributes));
    return json(found.map(([key, value]) => [...stub.splitCompositeKey(key).attributes, value]));
  },
  privateRich: async (stub, args) => json(await pairs(stub.getPrivateDataQueryResult(arg(args, 0), arg(args, 1)))),
  /** setPrivatePolicy collection key mspId…: a peer of each has to endorse changes from now on. */
  setPrivatePolicy: async (stub, [collection = '', key = '', ...mspIds]) => {
    const policy = new KeyEndorsementPolicy();
    policy.addOrgs('PEER', ...mspIds);
    await stub.setPrivateDataValidationParameter(collection, key, policy.getPolicy());
    return text('set');
  },
  /** The organisations that a private key's policy names. */
  privatePolicy: async (stub, args) => {
    // Undefined when there is none, whatever the shim's types say.
    const bytes = (await stub.getPrivateDataValidationParameter(arg(args, 0), arg(args, 1))) as Uint8Array | undefined;
    return json(bytes === undefined || bytes.length === 0 ? [] : new KeyEndorsementPolicy(bytes).listOrgs());
  },
};

function valueOf(stub: ChaincodeStub, argument: string | undefined): Uint8Array {
  if (argument !== undefined) return text(argument);
  const value = stub.getTransient().get('value');
  if (value === undefined) throw new Error('there is no value, neither as an argument nor transient');
  return value;
}
