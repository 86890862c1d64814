/** The engines by name. */
import { startEmbedded } from './embedded';
import { type Engine, type EngineName } from './engine';
import { startFabric } from './fabric';

export { type Engine, type EngineName } from './engine';

/** Starts each. @throws Error when it cannot be started here */
export const engines: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  embedded: startEmbedded,
  fabric: startFabric,
};
