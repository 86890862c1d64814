/** What becomes of updates of a channel's configuration, and what they do. All on the channel that organisation 3 is not in. */
import { common } from '@hyperledger/fabric-protos';
import { type ConfigGroup, type ConfigUpdate, ConfigValue } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { BatchSize, BatchTimeout } from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import {
  addOrganization,
  changed,
  computeUpdate,
  type ConfigurationChange,
  configurationOf,
  describe,
  lastConfigurationBlock,
  removeOrganization,
  setAccess,
  setAnchorPeers,
  setBatch,
  setPolicy,
  setRevocationList,
} from '@onepledge/network/configuration';
import { evaluate, inOrder, shows, submit } from '../acts';
import { type Act, type Behaviour, type Topic } from '../behaviour';
import {
  asNamed,
  CHANNEL,
  configBlock,
  currentConfig,
  groupOf,
  handIn,
  revoking,
  send,
  thirdMember,
  update,
  updated,
  type UpdateOptions,
} from '../configuration';
import { type World } from '../world';

const SUCCESS = { result: ['SUCCESS', ''] };
/** The orderer's words before any reason. */
const REFUSED = `BAD_REQUEST","error applying config update to existing channel '${CHANNEL}': `;
const DELTA = `${REFUSED}error authorizing update: error validating DeltaSet: `;

/** A refusal with these words somewhere in it. */
const refused = (words: string): { readonly result: RegExp } => ({
  result: new RegExp(words.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')),
});

const batch = (maxMessageCount: number) => (): ConfigurationChange => setBatch({ maxMessageCount });
/** Any count that is not the one that is there. */
const another = async (world: World): Promise<ConfigurationChange> =>
  setBatch({ maxMessageCount: describe(await currentConfig(world)).batch.maxMessageCount + 1 });

/** Changes a value of a group by its bytes. */
function value(path: readonly string[], name: string, bytes: Uint8Array): () => ConfigurationChange {
  return () => (root) => {
    const group = groupOf(root, ...path);
    const element = group.getValuesMap().get(name) ?? new ConfigValue();
    if (element.getModPolicy() === '') element.setModPolicy('Admins');
    element.setValue(bytes);
    group.getValuesMap().set(name, element);
  };
}

function batchSize(maxMessageCount: number, preferred: number): Uint8Array {
  const message = new BatchSize();
  message.setMaxMessageCount(maxMessageCount);
  message.setAbsoluteMaxBytes(1000);
  message.setPreferredMaxBytes(preferred);
  return message.serializeBinary();
}

function timeout(text: string): Uint8Array {
  const message = new BatchTimeout();
  message.setTimeout(text);
  return message.serializeBinary();
}

/** The update changes the batch size, and something is wrong about it. */
const tampered = (tamper: UpdateOptions['tamper'] & object): Act => update(another, { tamper });
const written = (config: ConfigUpdate): ConfigGroup => groupOf(config.getWriteSet(), 'Orderer');
const onBeta = { channel: CHANNEL } as const;

const behaviours: readonly Omit<Behaviour, 'alone'>[] = [
  {
    name: 'is taken with the signatures that it needs',
    call: update(another, { signers: ['orderer/admin'] }),
    expect: SUCCESS,
  },
  {
    name: 'brings the next sequence, in a block of its own that names itself',
    call: async (world) => {
      const before = (await currentConfig(world)).getSequence();
      await updated(another)(world);
      const bytes = await configBlock(world);
      const block = common.Block.deserializeBinary(bytes);
      return shows(world, {
        more: configurationOf(bytes).config.getSequence() - before,
        transactions: block.getData()?.getDataList().length,
        namesItself: lastConfigurationBlock(bytes) === block.getHeader()?.getNumber(),
      });
    },
    expect: { result: { more: 1, transactions: 1, namesItself: true } },
  },
  {
    name: 'is what the channel goes by: the members read it',
    call: inOrder(updated(batch(77)), async (world) =>
      shows(world, describe(await currentConfig(world)).batch.maxMessageCount),
    ),
    expect: { each: [{}, { result: 77 }] },
  },
  {
    name: "needs nobody else for a member's own things",
    call: update(
      async (world) => {
        const [one] = describe(await currentConfig(world)).members;
        return setAnchorPeers('Org1MSP', one?.anchorPeers.length === 0 ? [{ host: 'localhost', port: 17051 }] : []);
      },
      { signers: ['org1/admin'] },
    ),
    expect: SUCCESS,
  },
  {
    name: "is refused without the ordering organisation's signature where blocks are cut otherwise",
    call: update(another, { signers: ['org1/admin', 'org2/admin'] }),
    expect: refused(
      `${DELTA}policy for [Value]  /Channel/Orderer/BatchSize not satisfied: implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Admins' sub-policies to be satisfied`,
    ),
  },
  {
    name: 'is refused without any signature',
    call: update(another, { signers: [] }),
    expect: refused('/Channel/Orderer/BatchSize not satisfied'),
  },
  {
    name: "is refused with a client's signature",
    call: update(() => setAnchorPeers('Org1MSP', [{ host: 'far', port: 1 }]), { signers: ['org1'] }),
    expect: refused(
      `${DELTA}policy for [Value]  /Channel/Application/Org1MSP/AnchorPeers not satisfied: signature set did not satisfy policy`,
    ),
  },
  {
    name: "is refused with another member's signature",
    call: update(() => setAnchorPeers('Org1MSP', [{ host: 'far', port: 1 }]), { signers: ['org2/admin'] }),
    expect: refused('/Channel/Application/Org1MSP/AnchorPeers not satisfied'),
  },
  {
    name: 'is refused with a forged signature',
    call: update(another, {
      forge: (envelope) => {
        for (const one of envelope.getSignaturesList()) one.setSignature(Buffer.from('forged'));
      },
    }),
    expect: refused('/Channel/Orderer/BatchSize not satisfied'),
  },
  {
    name: 'is refused with one signature twice where two are asked for',
    call: update((world) => addOrganization(thirdMember(world)), { signers: ['org1/admin', 'org1/admin'] }),
    expect: refused(
      `${DELTA}policy for [Group]  /Channel/Application not satisfied: implicit policy evaluation failed - 1 sub-policies were satisfied, but this policy requires 2 of the 'Admins'`,
    ),
  },
  {
    name: 'is refused from who may not write to the channel, whoever signed',
    call: update(another, { as: 'org3' }),
    expect: {
      result: [
        'FORBIDDEN',
        'config update for existing channel did not pass initial checks: implicit policy evaluation failed - 0 sub-policies were satisfied, ' +
          "but this policy requires 1 of the 'Writers' sub-policies to be satisfied: permission denied",
      ],
    },
  },
  {
    name: 'is refused the second time',
    call: async (world) => {
      const before = await currentConfig(world);
      const made = computeUpdate(CHANNEL, before, changed(before, await another(world)));
      await send(world, before, made);
      return shows(world, await send(world, before, made));
    },
    expect: {
      result:
        /BAD_REQUEST.*attempt to set key \[Value\] {2}\/Channel\/Orderer\/BatchSize to version \d+, but key is at version \d+/,
    },
  },
  {
    name: 'is refused for another channel',
    call: tampered((config) => {
      config.setChannelId('alpha');
    }),
    expect: refused(
      `${REFUSED}error authorizing update: ConfigUpdate for channel 'alpha' but envelope for channel 'beta'`,
    ),
  },
  {
    name: 'is refused when it changes nothing',
    call: tampered((config) => {
      config.setWriteSet(config.getReadSet());
    }),
    expect: refused(`${DELTA}delta set was empty -- update would have no effect`),
  },
  {
    name: 'is refused when it leaves versions out',
    call: tampered((config) => written(config).getValuesMap().get('BatchSize')?.setVersion(99)),
    expect: refused(
      `${DELTA}attempt to set key [Value]  /Channel/Orderer/BatchSize to version 99, but key is at version`,
    ),
  },
  {
    name: 'is refused when something new is of a later version',
    call: tampered((config) => {
      const element = new ConfigValue();
      element.setVersion(1);
      element.setModPolicy('Admins');
      written(config).getValuesMap().clear();
      written(config).getValuesMap().set('New', element);
    }),
    expect: refused(`${DELTA}attempted to set key [Value]  /Channel/Orderer/New to version 1, but key does not exist`),
  },
  {
    name: 'is refused when it has read what is not there',
    call: tampered((config) => groupOf(config.getReadSet(), 'Orderer').getValuesMap().set('New', new ConfigValue())),
    expect: refused(
      'error validating ReadSet: existing config does not contain element for [Value]  /Channel/Orderer/New but was in the read set',
    ),
  },
  {
    name: 'is refused when it has read an earlier version',
    call: tampered((config) => {
      groupOf(config.getReadSet(), 'Orderer').setVersion(7);
    }),
    expect: refused(
      'error validating ReadSet: proposed update requires that key [Group]  /Channel/Orderer be at version 7, but it is currently at version 0',
    ),
  },
  {
    name: 'is refused when nobody could ever change what it brings',
    call: tampered((config) => written(config).getValuesMap().get('BatchSize')?.setModPolicy('')),
    expect: refused(`${DELTA}invalid mod_policy for element [Value]  /Channel/Orderer/BatchSize: mod_policy not set`),
  },
  {
    name: 'is refused with names that are none',
    call: tampered((config) => written(config).getValuesMap().set('No Name', new ConfigValue())),
    expect: refused(
      "error mapping WriteSet: illegal characters in key: [Value]  : config ID 'No Name' contains illegal characters",
    ),
  },
  {
    name: 'is refused with a value that the channel does not know',
    call: update(value(['Orderer'], 'Unheard', Buffer.alloc(0))),
    expect: refused(
      `${REFUSED}initializing channelconfig failed: could not create channel Orderer sub-group config: failed to deserialize values: Unexpected key Unheard`,
    ),
  },
  {
    name: 'is refused with blocks of no messages',
    call: update(value(['Orderer'], 'BatchSize', batchSize(0, 10))),
    expect: refused('Attempted to set the batch size max message count to an invalid value: 0'),
  },
  {
    name: 'is refused with blocks preferred larger than they may be',
    call: update(value(['Orderer'], 'BatchSize', batchSize(1, 2000))),
    expect: refused(
      'Attempted to set the batch size preferred max bytes (2000) greater than the absolute max bytes (1000).',
    ),
  },
  {
    name: 'is refused with a time that is none',
    call: inOrder(
      update(value(['Orderer'], 'BatchTimeout', timeout('soon'))),
      update(value(['Orderer'], 'BatchTimeout', timeout('-1s'))),
    ),
    expect: {
      each: [
        refused('Attempted to set the batch timeout to a invalid value: time: invalid duration'),
        refused('Attempted to set the batch timeout to a non-positive value: -1s'),
      ],
    },
  },
  {
    name: 'is refused when a member becomes another MSP',
    call: update((world) => (root) => {
      const { mspId } = thirdMember(world);
      const third: ConfigGroup[] = [];
      addOrganization(thirdMember(world))(root);
      const members = groupOf(root, 'Application').getGroupsMap();
      third.push(groupOf(root, 'Application', mspId));
      members.del(mspId);
      const msp = third[0]?.getValuesMap().get('MSP')?.getValue_asU8() ?? new Uint8Array();
      groupOf(root, 'Application', 'Org2MSP').getValuesMap().get('MSP')?.setValue(msp);
    }),
    expect: refused('application org Org2MSP attempted to change MSP ID from Org2MSP to Org3MSP'),
  },
  {
    name: 'is refused when it is none',
    call: async (world) => shows(world, await handIn(world, Buffer.from([0xff, 0xff]))),
    expect: {
      result:
        /BAD_REQUEST.*error applying config update to existing channel 'beta': error converting envelope to config update/,
    },
  },
  {
    name: 'says who may read what',
    given: [updated(() => setAccess('qscc/GetChainInfo', '/Channel/Application/Admins'))],
    call: inOrder(
      evaluate(['GetChainInfo', CHANNEL], { ...onBeta, chaincode: 'qscc' }),
      updated(() => setAccess('qscc/GetChainInfo', '/Channel/Application/Readers')),
    ),
    expect: {
      each: [
        {
          status: 'UNKNOWN',
          stage: 'evaluate',
          message:
            /access denied for \[GetChainInfo\]\[beta\]: \[failed evaluating policy on signed data during check policy \[\/Channel\/Application\/Admins\]/,
        },
        {},
      ],
    },
  },
  {
    name: 'says who may write',
    given: [updated(() => setPolicy('/Channel/Application/Org2MSP/Writers', "OR('Org2MSP.admin')"))],
    call: inOrder(
      submit(['put', '$k', 'x'], { ...onBeta, as: 'org2' }),
      submit(['put', '$k', 'x'], { ...onBeta, as: 'org2/admin' }),
      updated(() => setPolicy('/Channel/Application/Org2MSP/Writers', "OR('Org2MSP.admin', 'Org2MSP.client')")),
      submit(['put', '$k', 'x'], { ...onBeta, as: 'org2' }),
    ),
    expect: { each: [{ status: 'ABORTED', stage: 'endorse' }, {}, {}, {}] },
  },
  {
    name: 'revokes a certificate, and no other',
    given: [asNamed('revoked', 'submit'), updated(revoking('revoked'))],
    call: inOrder(
      asNamed('revoked', 'submit'),
      asNamed('revoked', 'evaluate'),
      asNamed('trusted', 'submit'),
      evaluate(['get', '$k'], onBeta),
    ),
    expect: {
      each: [
        {
          status: 'ABORTED',
          stage: 'endorse',
          details: [{ mspId: 'Org2MSP', message: /access denied: channel \[beta\] creator org \[Org2MSP\]/ }],
        },
        { status: 'FAILED_PRECONDITION', stage: 'evaluate' },
        {},
        { result: 'x' },
      ],
    },
  },
  {
    name: 'takes a revocation back',
    given: [updated(revoking('returning'))],
    call: inOrder(
      asNamed('returning', 'evaluate'),
      updated(() => setRevocationList('Org2MSP', [])),
      asNamed('returning', 'evaluate'),
    ),
    expect: { each: [{ status: 'FAILED_PRECONDITION', stage: 'evaluate' }, {}, {}] },
  },
  {
    name: 'takes a member in whose clients may write, and lets it go again',
    call: inOrder(
      update((world) => addOrganization(thirdMember(world))),
      async (world) => {
        const { gateway } = await world.client('org3', 'org1');
        await gateway.getNetwork(CHANNEL).getContract('basic').submitTransaction('put', world.fill('$k'), 'third');
        return { status: 'OK' };
      },
      update(() => removeOrganization('Org3MSP')),
      evaluate(['get', '$k'], onBeta),
    ),
    expect: { each: [SUCCESS, {}, SUCCESS, { result: 'third' }] },
  },
];

export const configuring: Topic = {
  name: 'configuring',
  // One after the other: all change one configuration.
  behaviours: behaviours.map((behaviour) => ({ ...behaviour, alone: true })),
};
