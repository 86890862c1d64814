/** Verification of a ledger on disk. */
export { LedgerError } from '../ledger/ledger';
export { type Fault, ledgerHeight, type Verification, verifyLedger, type VerifyOptions } from './verify';
