/** A statement was sent to the database, and no answer to it came: it may have been carried out, or may yet be. */
export class StatementInDoubt extends Error {
  override readonly name = 'StatementInDoubt';
}
