/** Why a transaction has no effect: what the stages of validation throw. */
import { BroadcastError } from '../orderer/submission';
import { WireError } from '../wire/protobuf';
import { type TxValidationCode } from './codes';

/** The transaction is invalid, for this reason. */
export class Invalid extends Error {
  override readonly name = 'Invalid';

  constructor(
    readonly code: TxValidationCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Runs a decoder.
 * @throws Invalid with the code, when the bytes are not the message.
 */
export function decodeOr<T>(code: TxValidationCode, decoder: () => T): T {
  try {
    return decoder();
  } catch (error) {
    if (error instanceof WireError || error instanceof BroadcastError) throw new Invalid(code, error.message);
    throw error;
  }
}
