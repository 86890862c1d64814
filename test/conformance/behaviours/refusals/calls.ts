/** The calls of which the tables change proposal, transaction and envelope. */

export const READ = ['get', '$k'] as const;
export const WRITE = ['put', '$k', 'x'] as const;
/** A change of nothing. */
export const unchanged = (): void => undefined;
