/** The engines by name. */
import { startEmbedded } from './embedded';
import { type Engine, type EngineName } from './engine';

export { type Engine, type EngineName } from './engine';

/** Starts each. @throws Error when it cannot be started here */
export const engines: Readonly<Partial<Record<EngineName, () => Promise<Engine>>>> = { embedded: startEmbedded };
