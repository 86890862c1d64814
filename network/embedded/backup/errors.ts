/** What keeps a backup from being made or used. */

/** NOT_WHOLE: the backup is not what was written. REFUSED: it would do harm where it is to go. FAILED: the machine does not let it. */
export type BackupErrorReason = 'NOT_WHOLE' | 'REFUSED' | 'FAILED';

/** A backup cannot be made or used; nothing was changed. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly reason: BackupErrorReason;

  constructor(reason: BackupErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
