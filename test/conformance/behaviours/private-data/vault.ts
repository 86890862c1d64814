/** The chaincode `vault`, whose collections organisations 1 and 2 share and 3 does not have. */
import { createHash } from 'node:crypto';
import { type CallOptions, evaluate, submit } from '../../acts';
import { type Act } from '../../behaviour';

/** Both members endorse, so that both have the data whatever becomes of their spreading. */
export const BOTH: CallOptions = { chaincode: 'vault', endorsers: ['Org1MSP', 'Org2MSP'] };
export const ONE: CallOptions = { chaincode: 'vault', endorsers: ['Org1MSP'] };
export const VAULT: CallOptions = { chaincode: 'vault' };
export const AS_THREE: CallOptions = { chaincode: 'vault', as: 'org3' };

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
export const put = (...args: readonly string[]): Act => submit(['putPrivate', ...args], BOTH);
export const get = (...args: readonly string[]): Act => evaluate(['getPrivate', ...args], VAULT);
export const hash = (...args: readonly string[]): Act => evaluate(['getPrivateHash', ...args], VAULT);

/** A value is there that this peer has not got. */
export const notAvailable =
  /private data matching public hash version is not available. Public hash version = \{BlockNum: \d+, TxNum: \d+\}, Private data version = <nil>/;
