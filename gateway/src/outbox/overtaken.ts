/** Another gateway of the same name works on the database since this one stood still: what this one takes up or ends would be done by both. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';

  constructor(gateway: string) {
    super(`another gateway named "${gateway}" has taken over what this one had to do`);
  }
}
