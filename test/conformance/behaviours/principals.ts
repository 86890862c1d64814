/** Whom policies may name besides roles: units, single certificates, anyone with a name, several at once. */
import { evaluate, inOrder, submit } from '../acts';
import { type Act, type Topic } from '../behaviour';
import { approve, deploy } from '../lifecycle';
import {
  anonymous,
  type Asked,
  combined,
  either,
  nominal,
  oneOf,
  PEER,
  peerItself,
  role,
  unheardOf,
  unit,
  unitOfNoCa,
  unreadable,
} from '../principals';

/** Puts a key under a policy that each of the principals satisfies by itself. */
function owned(principals: Asked): Act {
  return async (world) => {
    const policy = oneOf(await principals(world)).serializeBinary();
    return submit(['putWithPolicyBytes', '$k', 'first'], {
      transient: { policy },
      endorsers: ['Org1MSP', 'Org2MSP'],
    })(world);
  };
}

const by = (...endorsers: readonly string[]): Act => submit(['put', '$k', 'x'], { endorsers });
/** The Gateway is to find who must endorse. */
const byWhoeverMust = submit(['put', '$k', 'y']);

const FAILED = { validation: 'ENDORSEMENT_POLICY_FAILURE' } as const;
const VALID = { validation: 'VALID' } as const;
const underivable = (
  reason: string,
): { readonly status: string; readonly stage: 'endorse'; readonly message: string } => ({
  status: 'FAILED_PRECONDITION',
  stage: 'endorse',
  message: `no combination of peers can be derived which satisfy the endorsement policy: ${reason}`,
});
const NOBODY = underivable('no peer combination can satisfy the endorsement policy');
const INCOMPARABLE = underivable('failed creating a comparable principal set for state based endorsement');

/** What comes of a change by organisations 1 and 2, by organisation 3, and by those that the Gateway finds. */
const tries = inOrder(by('Org1MSP', 'Org2MSP'), by('Org3MSP'), byWhoeverMust);

export const principals: Topic = {
  name: 'principals',
  behaviours: [
    {
      name: "a unit is whoever has it in a certificate of the unit's CA",
      given: [owned(unit('org3', 'peer'))],
      call: tries,
      expect: { each: [FAILED, VALID, VALID] },
    },
    {
      name: 'a unit is nobody who has another',
      given: [owned(unit('org3', 'client'))],
      call: tries,
      expect: { each: [FAILED, FAILED, NOBODY] },
    },
    {
      name: 'a unit is nobody whom another CA has certified',
      given: [owned(unit('org3', 'peer', 'org1'))],
      call: tries,
      expect: { each: [FAILED, FAILED, NOBODY] },
    },
    {
      name: 'a unit without a CA is nobody',
      given: [owned(unitOfNoCa('org3', 'peer'))],
      call: tries,
      expect: { each: [FAILED, FAILED, NOBODY] },
    },
    {
      name: 'an identity is one certificate',
      given: [owned(peerItself('org3'))],
      call: tries,
      expect: { each: [FAILED, VALID, VALID] },
    },
    {
      name: 'nobody is anonymous',
      given: [owned(anonymous)],
      call: tries,
      expect: { each: [FAILED, FAILED, INCOMPARABLE] },
    },
    {
      name: 'everybody has a name, but the Gateway does not look for them',
      given: [owned(nominal)],
      call: tries,
      expect: { each: [VALID, VALID, INCOMPARABLE] },
    },
    {
      name: 'who is several at once satisfies them combined, but the Gateway does not look for it',
      given: [owned(combined(role('org3', PEER), unit('org3', 'peer'), nominal))],
      call: tries,
      expect: { each: [FAILED, VALID, INCOMPARABLE] },
    },
    {
      name: 'nobody is of two organisations at once',
      given: [owned(combined(role('org1', PEER), role('org2', PEER)))],
      call: tries,
      expect: { each: [FAILED, FAILED, INCOMPARABLE] },
    },
    {
      name: 'nothing combined is nobody',
      given: [owned(combined())],
      call: tries,
      expect: { each: [FAILED, FAILED, INCOMPARABLE] },
    },
    {
      name: 'combined principals may stand inside one another',
      given: [owned(combined(combined(role('org3', PEER)), combined(combined(nominal))))],
      call: tries,
      expect: { each: [FAILED, VALID, INCOMPARABLE] },
    },
    {
      name: 'a role that there is not is nobody, beside others that are there',
      given: [owned(either(role('org1', 9), role('org3', PEER)))],
      call: tries,
      expect: { each: [FAILED, VALID, VALID] },
    },
    {
      name: 'a principal that cannot be read is nobody, beside others that are there',
      given: [owned(either(unreadable, role('org3', PEER)))],
      call: inOrder(by('Org1MSP', 'Org2MSP'), by('Org3MSP')),
      expect: { each: [FAILED, VALID] },
    },
    {
      name: 'a class of principals that there is not is nobody, beside others that are there',
      given: [owned(either(unheardOf, role('org3', PEER)))],
      call: tries,
      expect: { each: [FAILED, VALID, INCOMPARABLE] },
    },
    {
      name: "a chaincode's own policy may name units",
      given: [deploy({ name: '$c', policy: unit('org3', 'peer') })],
      call: inOrder(
        submit(['put', '$k', 'x'], { chaincode: '$c', endorsers: ['Org1MSP', 'Org2MSP'] }),
        submit(['put', '$k', 'x'], { chaincode: '$c', endorsers: ['Org3MSP'] }),
        submit(['put', '$k', 'y'], { chaincode: '$c' }),
        evaluate(['get', '$k'], { chaincode: '$c' }),
      ),
      expect: { each: [FAILED, VALID, VALID, { result: 'y' }] },
    },
    {
      name: "a chaincode's own policy may ask for whoever has a name",
      given: [deploy({ name: '$c', policy: nominal })],
      call: inOrder(
        submit(['put', '$k', 'x'], { chaincode: '$c', endorsers: ['Org2MSP'] }),
        submit(['put', '$k', 'y'], { chaincode: '$c' }),
      ),
      expect: { each: [VALID, underivable('failed creating a comparable principal set')] },
    },
    {
      name: "a collection's members may be named by their units",
      given: [
        deploy({ name: '$c', policy: '', collections: [{ name: 'units', members: unit('org2', 'peer') }] }),
        submit(['putPrivate', 'units', '$k'], {
          chaincode: '$c',
          as: 'org2',
          transient: { value: 'x' },
          endorsers: ['Org1MSP', 'Org2MSP'],
        }),
      ],
      call: inOrder(
        evaluate(['getPrivate', 'units', '$k'], { chaincode: '$c', as: 'org2' }),
        evaluate(['getPrivate', 'units', '$k'], { chaincode: '$c', as: 'org1' }),
      ),
      expect: {
        each: [
          { result: 'x' },
          { status: 'UNKNOWN', message: /private data matching public hash version is not available/ },
        ],
      },
    },
    {
      name: "a collection's members may not be named by whether they have a name",
      call: approve({ name: '$c', collections: [{ name: 'names', members: nominal }] }, 'org1'),
      expect: { status: 'ABORTED', details: [{ message: /principal type ANONYMITY is not supported/ }] },
    },
    {
      name: "a collection's members may not be named by combined principals",
      call: approve({ name: '$c', collections: [{ name: 'names', members: combined(role('org1', PEER)) }] }, 'org1'),
      expect: { status: 'ABORTED', details: [{ message: /principal type COMBINED is not supported/ }] },
    },
  ],
};
