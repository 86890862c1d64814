/** Events. */
import { arg, type Functions, text } from './function';

export const events: Functions = {
  /** emit key name payload: writes the payload and tells it. */
  emit: async (stub, args) => {
    await stub.putState(arg(args, 0), text(arg(args, 2)));
    stub.setEvent(arg(args, 1), text(arg(args, 2)));
    return text('emitted');
  },
  /** emitAll key name…: one event after the other. */
  emitAll: async (stub, [key = '', ...names]) => {
    await stub.putState(key, text('emitted'));
    for (const name of names) stub.setEvent(name, text(name));
    return text('emitted');
  },
};
