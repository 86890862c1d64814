/** Single keys, and what a function can do besides. */
import { arg, type Functions, json, text } from './function';

export const basics: Functions = {
  /** put key value [key value …] */
  put: async (stub, args) => {
    for (let at = 0; at < args.length; at += 2) await stub.putState(arg(args, at), text(arg(args, at + 1)));
    return text('written');
  },
  get: async (stub, args) => stub.getState(arg(args, 0)),
  del: async (stub, args) => {
    for (const key of args) await stub.deleteState(key);
    return text('deleted');
  },
  /** Reads, then writes: of two in one block only the first is valid. */
  add: async (stub, args) => {
    const before = Number(Buffer.from(await stub.getState(arg(args, 0))).toString() || '0');
    const after = text(String(before + Number(arg(args, 1))));
    await stub.putState(arg(args, 0), after);
    return after;
  },
  /** Gives what the first key holds and writes that to the second. */
  copy: async (stub, args) => {
    const value = await stub.getState(arg(args, 0));
    await stub.putState(arg(args, 1), value);
    return value;
  },
  putThenGet: async (stub, args) => {
    await stub.putState(arg(args, 0), text(arg(args, 1)));
    return stub.getState(arg(args, 0));
  },
  deleteThenGet: async (stub, args) => {
    await stub.deleteState(arg(args, 0));
    return stub.getState(arg(args, 0));
  },
  /** Writes a value of that many bytes. */
  putLarge: async (stub, args) => {
    await stub.putState(arg(args, 0), Buffer.alloc(Number(arg(args, 1)), 'x'));
    return text('written');
  },
  /** Answers that many bytes. */
  answerLarge: (_stub, args) => Promise.resolve(Buffer.alloc(Number(arg(args, 0)), 'x')),
  /** Differs at each endorser. */
  putRandom: async (stub, args) => {
    await stub.putState(arg(args, 0), text(String(process.hrtime.bigint())));
    return text('written');
  },
  fail: (_stub, args) => Promise.reject(new Error(arg(args, 0))),
  /** A response of any status, with a message and a payload; writes a key first. */
  respond: async (stub, args) => {
    await stub.putState(arg(args, 0), text('written'));
    return { status: Number(arg(args, 1)), message: args[2] ?? '', payload: text(args[3] ?? '') };
  },
  /** What the chaincode knows of the call. */
  context: (stub) =>
    Promise.resolve(
      json({
        channel: stub.getChannelID(),
        mspId: stub.getCreator().mspid,
        function: stub.getFunctionAndParameters().fcn,
        args: stub.getStringArgs(),
        transient: [...stub.getTransient()].map(([name, value]) => [name, Buffer.from(value).toString()]),
        txIdLength: stub.getTxID().length,
        bindingLength: stub.getBinding().length,
      }),
    ),
};
