/** The system chaincodes of every peer. */
import { cscc } from './cscc';
import { lifecycle } from './lifecycle';
import { qscc } from './qscc';
import { type SystemChaincode } from './system-chaincode';

/** By name. */
export const systemChaincodes: ReadonlyMap<string, SystemChaincode> = new Map(
  [qscc, cscc, lifecycle].map((chaincode) => [chaincode.name, chaincode]),
);
