/** What a configuration that was changed does. */
import {
  addOrganization,
  removeOrganization,
  setAccess,
  setPolicy,
  setRevocationList,
} from '@onepledge/network/configuration';
import { evaluate, inOrder, submit } from '../../acts';
import { type Behaviour } from '../../behaviour';
import { asNamed, CHANNEL, revoking, thirdMember, update, updated } from '../../configuration';
import { SUCCESS } from './words';

const onBeta = { channel: CHANNEL } as const;

export const effects: readonly Behaviour[] = [
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
