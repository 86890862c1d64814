/** A request about snapshots that is refused; the message is the one of Fabric's peers. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}
