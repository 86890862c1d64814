/** What an update reads and writes has to fit the configuration that is there. */
import { type ConfigGroup, type ConfigUpdate, ConfigValue } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { changed, computeUpdate } from '@onepledge/network/configuration';
import { shows } from '../../acts';
import { type Act, type Behaviour } from '../../behaviour';
import { another, CHANNEL, currentConfig, groupOf, send, update, type UpdateOptions } from '../../configuration';
import { DELTA, REFUSED, refused } from './words';

/** The update changes the batch size, and something is wrong about it. */
const tampered = (tamper: UpdateOptions['tamper'] & object): Act => update(another, { tamper });
const written = (config: ConfigUpdate): ConfigGroup => groupOf(config.getWriteSet(), 'Orderer');

export const versions: readonly Behaviour[] = [
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
];
