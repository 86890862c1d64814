/** Verification of a ledger on disk. */
export { LedgerError } from '../ledger/ledger';
export { type Fault, type Verification, verifyLedger, type VerifyOptions } from './verify';
