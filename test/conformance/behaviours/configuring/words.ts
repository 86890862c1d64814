/** How the orderer answers an update. */
import { CHANNEL } from '../../configuration';

export const SUCCESS = { result: ['SUCCESS', ''] };
/** The orderer's words before any reason, and before the reason why an update does not fit. */
export const REFUSED = `BAD_REQUEST","error applying config update to existing channel '${CHANNEL}': `;
export const DELTA = `${REFUSED}error authorizing update: error validating DeltaSet: `;

/** A refusal with these words somewhere in it. */
export const refused = (words: string): { readonly result: RegExp } => ({
  result: new RegExp(words.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')),
});
