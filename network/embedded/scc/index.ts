/** The system chaincodes of every peer. */
import { cscc } from './cscc';
import { qscc } from './qscc';
import { type SystemChaincode } from './system-chaincode';

/** By name. */
export const systemChaincodes: ReadonlyMap<string, SystemChaincode> = new Map(
  [qscc, cscc].map((chaincode) => [chaincode.name, chaincode]),
);
