/** What the channel could not go by is refused. */
import { ConfigValue } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { BatchSize, BatchTimeout } from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';
import { addOrganization, type ConfigurationChange } from '@onepledge/network/configuration';
import { inOrder, shows } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { groupOf, handIn, thirdMember, update } from '../../configuration';
import { REFUSED, refused } from './words';

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

export const values: readonly Behaviour[] = [
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
      addOrganization(thirdMember(world))(root);
      const msp = groupOf(root, 'Application', mspId).getValuesMap().get('MSP')?.getValue_asU8() ?? new Uint8Array();
      groupOf(root, 'Application').getGroupsMap().del(mspId);
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
];
