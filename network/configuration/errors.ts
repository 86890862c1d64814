/** Why a change of a configuration, or a configuration itself, is refused. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
