/** Changes of a channel's settings: block cutting, access control, policies. */
import { BatchSize, ConsensusType } from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import { ACLs, APIResource } from '@hyperledger/fabric-protos/lib/peer/configuration_pb';
import { PolicyError } from '../identity/errors';
import { type BatchSettings, batchSize, batchTimeout } from './batch';
import { ownBatchTimeout, withBatchTimeout } from './consensus';
import { groupIn, setPolicyIn, setValue, valueIn } from './element';
import { ConfigurationError } from './errors';
import { implicitMeta, signaturePolicy } from './group';
import { type ConfigurationChange } from './update';

/** Sets when blocks are full; what is left out stays as it is. */
export function setBatch(settings: Partial<BatchSettings>): ConfigurationChange {
  return (channelGroup) => {
    const ordering = groupIn(channelGroup, 'Orderer');
    const { batchTimeoutMs, ...size } = settings;
    if (Object.values(size).length > 0) {
      const before = BatchSize.deserializeBinary(valueIn(ordering, 'BatchSize')).toObject();
      const after = { ...before, ...size };
      requireBatchSize(after);
      setValue(ordering, 'BatchSize', batchSize(after));
    }
    if (batchTimeoutMs === undefined) return;
    if (!Number.isSafeInteger(batchTimeoutMs) || batchTimeoutMs <= 0) {
      throw new ConfigurationError(`a batch timeout of ${batchTimeoutMs} ms: it must be 1 or more`);
    }
    setValue(ordering, 'BatchTimeout', batchTimeout(batchTimeoutMs));
    const consensus = ConsensusType.deserializeBinary(valueIn(ordering, 'ConsensusType'));
    if (ownBatchTimeout(consensus) !== undefined) {
      setValue(ordering, 'ConsensusType', withBatchTimeout(consensus, batchTimeoutMs));
    }
  };
}

/**
 * Sets which policy a function of the peers asks for.
 * @param resource such as `qscc/GetBlockByNumber`
 * @param policy a path, or a name within /Channel/Application; undefined: Fabric's own default counts again
 */
export function setAccess(resource: string, policy: string | undefined): ConfigurationChange {
  return (channelGroup) => {
    const application = groupIn(channelGroup, 'Application');
    const acls = ACLs.deserializeBinary(valueIn(application, 'ACLs'));
    const entry = new APIResource();
    if (policy === undefined) acls.getAclsMap().del(resource);
    else {
      entry.setPolicyRef(policy);
      acls.getAclsMap().set(resource, entry);
    }
    setValue(application, 'ACLs', acls);
  };
}

/**
 * Sets a policy.
 * @param path such as `/Channel/Application/LifecycleEndorsement`
 * @param text `ANY|ALL|MAJORITY <name>` over the groups below, or a signature policy such as `OR('OneMSP.admin')`
 */
export function setPolicy(path: string, text: string): ConfigurationChange {
  return (channelGroup) => {
    const [empty, root, ...steps] = path.split('/');
    const name = steps.pop();
    if (empty !== '' || root !== 'Channel' || name === undefined) {
      throw new ConfigurationError(`${path} is no path of a policy, such as /Channel/Application/Admins`);
    }
    setPolicyIn(steps.reduce(groupIn, channelGroup), name, policyOf(text));
  };
}

type Policy = ReturnType<typeof implicitMeta>;

function policyOf(text: string): Policy {
  const [, rule, subPolicy] = /^\s*(ANY|ALL|MAJORITY)\s+([A-Za-z0-9.-]+)\s*$/.exec(text) ?? [];
  if ((rule === 'ANY' || rule === 'ALL' || rule === 'MAJORITY') && subPolicy !== undefined) {
    return implicitMeta(rule, subPolicy);
  }
  try {
    return signaturePolicy(text);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new ConfigurationError(`the policy cannot be read: ${error.message}`, { cause: error });
  }
}

/** What Fabric's orderers demand of it. */
function requireBatchSize(size: Omit<BatchSettings, 'batchTimeoutMs'>): void {
  const whole = Object.values(size).every((value) => Number.isSafeInteger(value) && value > 0 && value < 2 ** 32);
  if (!whole) throw new ConfigurationError('the counts and bytes of a block are whole numbers from 1');
  if (size.preferredMaxBytes <= size.absoluteMaxBytes) return;
  throw new ConfigurationError(
    'a block cannot be preferred larger (preferredMaxBytes) than it may be (absoluteMaxBytes)',
  );
}
