/** A configuration that no channel can go by, or an update that leads nowhere; in Fabric's words, as far as clients see them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
