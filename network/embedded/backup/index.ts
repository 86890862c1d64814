/** Backups of the embedded network's ledgers. */
export { BackupError, type BackupErrorReason } from './errors';
export { type ExportedBlocks, exportBlocks, type ExportOptions } from './export';
export { type BlockExport, type Snapshot } from './manifest';
export { restoreSnapshot, type RestoreOptions } from './restore';
export { channelsOf, ledgersFolder, type SnapshotOptions, type TakenSnapshot, takeSnapshot } from './snapshot';
export { LedgerError } from '../ledger/ledger';
