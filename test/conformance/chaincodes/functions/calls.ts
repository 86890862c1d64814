/** Chaincodes that call chaincodes. */
import { arg, type Functions, json, text } from './function';

export const calls: Functions = {
  /** call chaincode channel function [argument …]: gives the answer's status, message and payload. */
  call: async (stub, args) => {
    const { status, message, payload } = await stub.invokeChaincode(arg(args, 0), args.slice(2), arg(args, 1));
    return json({ status, message, payload: Buffer.from(payload ?? []).toString() });
  },
  /** Writes a key of its own before it calls. */
  putAndCall: async (stub, args) => {
    await stub.putState(arg(args, 0), text(arg(args, 1)));
    const { status } = await stub.invokeChaincode(arg(args, 2), args.slice(4), arg(args, 3));
    return json({ status });
  },
  /** Two calls, of which the second could read what the first wrote. */
  callTwice: async (stub, args) => {
    await stub.invokeChaincode(arg(args, 0), ['put', arg(args, 1), 'of the first call'], '');
    const { payload } = await stub.invokeChaincode(arg(args, 0), ['get', arg(args, 1)], '');
    return Buffer.from(payload ?? []);
  },
  /** An event of its own, and whatever the called one sets. */
  emitAndCall: async (stub, args) => {
    await stub.putState(arg(args, 0), text('written'));
    await stub.invokeChaincode(arg(args, 1), ['emit', `${arg(args, 0)}-inner`, 'inner', arg(args, 0)], '');
    stub.setEvent('outer', text(arg(args, 0)));
    return text('done');
  },
  /** Only the called one sets an event. */
  callThatEmits: async (stub, args) => {
    await stub.putState(arg(args, 0), text('written'));
    await stub.invokeChaincode(arg(args, 1), ['emit', `${arg(args, 0)}-inner`, 'inner', arg(args, 0)], '');
    return text('done');
  },
};
