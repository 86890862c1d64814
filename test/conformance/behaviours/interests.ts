/** What a peer's Endorser service says that a proposal touches: the interest that a client may hand on to Discovery. */
import { gateway, peer } from '@hyperledger/fabric-protos';
import { type Call, type CallOptions, propose, shows, submit } from '../acts';
import { type Act, type Topic } from '../behaviour';
import { callOnce } from '../messages';

/** Shows the status of the peer's answer, and its interest: chaincodes and collections in the order of the alphabet. */
function interestOf(call: Call, options: CallOptions = {}): Act {
  return async (world) => {
    const { signer, connection } = await world.client(options.as ?? 'org1');
    const proposal = await propose(world, call, options);
    const proposed = gateway.ProposedTransaction.deserializeBinary(proposal.getBytes());
    const signed = proposed.getProposal() ?? new peer.SignedProposal();
    signed.setSignature(signer.sign(signed.getProposalBytes_asU8()));
    const bytes = await callOnce(connection, '/protos.Endorser/ProcessProposal', signed.serializeBinary());
    const response = peer.ProposalResponse.deserializeBinary(bytes);
    const calls = response
      .getInterest()
      ?.getChaincodesList()
      .map((one) => {
        const flags = [
          ...(one.getNoPrivateReads() ? ['only written'] : []),
          ...(one.getDisregardNamespacePolicy() ? ['without the policy'] : []),
          ...one.getKeyPoliciesList().map((policy) => `policy of ${policy.getIdentitiesList().length}`),
        ];
        return [world.hide([one.getName(), ...one.getCollectionNamesList()].join('/')), ...flags].join(', ');
      });
    return shows(world, { status: response.getResponse()?.getStatus() ?? 0, interest: calls?.sort() ?? 'none' });
  };
}

const touches = (...interest: readonly string[]): { result: object } => ({ result: { status: 200, interest } });
const owned = (...mspIds: readonly string[]): Act => submit(['putWithPolicy', '$k', 'x', ...mspIds]);

export const interests: Topic = {
  name: 'interests',
  behaviours: [
    { name: 'of what is written', call: interestOf(['put', '$k', 'x']), expect: touches('basic') },
    { name: 'of what is read', call: interestOf(['get', '$k']), expect: touches('basic') },
    {
      name: 'of a key that has its own policy',
      given: [owned('Org1MSP', 'Org3MSP')],
      call: interestOf(['put', '$k', 'x']),
      expect: touches('basic, without the policy, policy of 2'),
    },
    {
      name: 'of such a key beside another',
      given: [owned('Org3MSP')],
      call: interestOf(['put', '$k', 'x', '$other', 'x']),
      expect: touches('basic, policy of 1'),
    },
    {
      name: 'of a key with a policy that is only read',
      given: [owned('Org3MSP')],
      call: interestOf(['get', '$k']),
      expect: touches('basic'),
    },
    {
      name: 'of private data that are written',
      call: interestOf(['putPrivate', 'pair', '$k', 'x'], { chaincode: 'vault' }),
      expect: touches('vault/pair, only written'),
    },
    {
      name: 'of private data that are read',
      call: interestOf(['getPrivate', 'pair', '$k'], { chaincode: 'vault' }),
      expect: touches('vault', 'vault/pair'),
    },
    {
      name: 'of private data whose hash is read',
      call: interestOf(['getPrivateHash', 'pair', '$k'], { chaincode: 'vault' }),
      expect: touches('vault'),
    },
    {
      name: 'of a chaincode that calls another',
      call: interestOf(['call', 'any', '', 'put', '$k', 'x']),
      expect: touches('any'),
    },
    {
      name: 'of a chaincode that touches nothing: none at all',
      call: interestOf(['context']),
      expect: touches(),
    },
    {
      name: 'goes with an answer of status 500',
      call: interestOf(['fail', 'no']),
      expect: { result: { status: 500, interest: [] } },
    },
    {
      name: 'does not go with an answer of status 400',
      call: interestOf(['respond', '$k', '400', 'refused', '']),
      expect: { result: { status: 400, interest: 'none' } },
    },
    {
      name: 'is not of system chaincodes',
      call: interestOf(['GetChainInfo', 'alpha'], { chaincode: 'qscc' }),
      expect: { result: { status: 200, interest: 'none' } },
    },
  ],
};
