/** Configuration transactions: what they make the channel go by, and what of that is in its state. */
import { type Channel } from '../channel';
import { type Bundle, readBundle, requireCapabilities } from '../channelconfig/bundle';
import { ConfigError } from '../channelconfig/errors';
import { requireSuccessor } from '../channelconfig/successor';
import { validateConfig } from '../channelconfig/validator';
import { type Submission } from '../orderer/submission';
import { type NamespaceReadWriteSet } from '../wire/rwset';
import { TxValidationCode } from './codes';
import { Invalid } from './invalid';

/** Where Fabric's peers keep the current configuration in their state; no chaincode has this namespace. */
const NAMESPACE = '';
const KEY = 'CHANNEL_CONFIG_ENV_BYTES';

/**
 * Validates a configuration transaction against the configuration that the channel goes by.
 * @throws Invalid (INVALID_CONFIG_TRANSACTION), where Fabric's peers would stop: no honest orderer makes such a one
 */
export function applyConfig(
  { payload }: Submission,
  channel: Channel,
): { readonly bundle: Bundle; readonly namespaces: readonly NamespaceReadWriteSet[]; readonly event: undefined } {
  try {
    const bundle = readBundle(validateConfig(payload.data, channel.name, channel.bundle));
    requireCapabilities(bundle);
    requireSuccessor(channel.bundle, bundle);
    const writes = [{ key: KEY, isDelete: false, value: payload.data }];
    const nothing = { reads: [], rangeQueries: [], metadataWrites: [], collections: [] };
    return { bundle, namespaces: [{ namespace: NAMESPACE, writes, ...nothing }], event: undefined };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Invalid(TxValidationCode.INVALID_CONFIG_TRANSACTION, error.message);
  }
}
