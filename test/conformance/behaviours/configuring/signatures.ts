/** Whose signatures an update needs, and what becomes of it then. */
import { common } from '@hyperledger/fabric-protos';
import {
  addOrganization,
  type ConfigurationChange,
  configurationOf,
  describe,
  lastConfigurationBlock,
  setAnchorPeers,
  setBatch,
} from '@onepledge/network/configuration';
import { inOrder, shows } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { another, configBlock, currentConfig, thirdMember, update, updated } from '../../configuration';
import { DELTA, refused, SUCCESS } from './words';

const batch = (maxMessageCount: number) => (): ConfigurationChange => setBatch({ maxMessageCount });

export const signatures: readonly Behaviour[] = [
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
];
