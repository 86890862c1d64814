/** What peers tell of the network: members, configuration, and whom to ask for endorsements. */
import { type Topic } from '../behaviour';
import {
  bound,
  chaincodeQuery,
  chaincodesOfPeers,
  configuration,
  interest,
  layouts,
  localPeers,
  malformed,
  peersOf,
  refused,
} from '../discovery';

const ALL = { Org1MSP: 1, Org2MSP: 1, Org3MSP: 1 };

export const discovering: Topic = {
  name: 'discovering',
  behaviours: [
    { name: "tells of the channel's peers", call: peersOf({}), expect: { result: ALL } },
    {
      name: 'tells of the peers that have a chaincode',
      call: peersOf({}, interest({ name: 'basic' })),
      expect: { result: ALL },
    },
    {
      name: 'tells of the peers that may read a collection',
      call: peersOf({}, interest({ name: 'vault', collections: ['pair'] })),
      expect: { result: { Org1MSP: 1, Org2MSP: 1 } },
    },
    {
      name: "tells of a channel's members only",
      call: peersOf({ channel: 'beta' }),
      expect: { result: { Org1MSP: 1, Org2MSP: 1 } },
    },
    {
      name: "tells the members' and the orderers' MSPs, and where orderers listen",
      call: configuration({}),
      expect: { result: { msps: ['OrdererMSP', 'Org1MSP', 'Org2MSP', 'Org3MSP'], ordering: ['OrdererMSP'] } },
    },
    {
      name: 'lists every two of three for a policy that needs two',
      call: layouts({ name: 'basic' }),
      expect: {
        result: ['1 of Org1MSP, 1 of Org2MSP', '1 of Org1MSP, 1 of Org3MSP', '1 of Org2MSP, 1 of Org3MSP'],
      },
    },
    {
      name: 'lists each for a policy that needs one',
      call: layouts({ name: 'any' }),
      expect: { result: ['1 of Org1MSP', '1 of Org2MSP', '1 of Org3MSP'] },
    },
    {
      name: 'lists one way for a policy that needs all',
      call: layouts({ name: 'all' }),
      expect: { result: ['1 of Org1MSP, 1 of Org2MSP, 1 of Org3MSP'] },
    },
    {
      name: "lists what a policy by the channel's configuration needs",
      call: layouts({ name: 'most' }),
      expect: {
        result: ['1 of Org1MSP, 1 of Org2MSP', '1 of Org1MSP, 1 of Org3MSP', '1 of Org2MSP, 1 of Org3MSP'],
      },
    },
    {
      name: 'lists what satisfies the policies of two chaincodes',
      call: layouts({ name: 'any' }, { name: 'basic' }),
      expect: {
        result: ['1 of Org1MSP, 1 of Org2MSP', '1 of Org1MSP, 1 of Org3MSP', '1 of Org2MSP, 1 of Org3MSP'],
      },
    },
    {
      name: 'lists only those who may read a collection',
      call: layouts({ name: 'vault', collections: ['pair'] }),
      expect: { result: ['1 of Org1MSP', '1 of Org2MSP'] },
    },
    {
      name: 'lists others too for a collection that is written only',
      call: layouts({ name: 'vault', collections: ['pair'], onlyWrites: true }),
      expect: { result: ['1 of Org1MSP', '1 of Org2MSP', '1 of Org3MSP'] },
    },
    {
      name: "goes by a collection's own policy",
      call: layouts({ name: 'vault', collections: ['strict'] }),
      expect: { result: ['1 of Org1MSP, 1 of Org2MSP'] },
    },
    {
      name: 'lists whose endorsements the lifecycle needs',
      call: layouts({ name: '_lifecycle' }),
      expect: {
        result: ['1 of Org1MSP, 1 of Org2MSP', '1 of Org1MSP, 1 of Org3MSP', '1 of Org2MSP, 1 of Org3MSP'],
      },
    },
    {
      name: 'tells of the peers that have the lifecycle, which are all',
      call: peersOf({}, interest({ name: '_lifecycle' })),
      expect: { result: ALL },
    },
    {
      name: "tells of peers' chaincodes, the lifecycle among them",
      call: chaincodesOfPeers('basic', '_lifecycle', 'qscc'),
      expect: {
        result: {
          Org1MSP: ['_lifecycle 1', 'basic 1'],
          Org2MSP: ['_lifecycle 1', 'basic 1'],
          Org3MSP: ['_lifecycle 1', 'basic 1'],
        },
      },
    },
    {
      name: 'knows no other system chaincode',
      call: layouts({ name: 'qscc' }),
      expect: { result: /failed constructing descriptor for chaincodes:\{name:\\?"qscc/ },
    },
    {
      name: 'refuses to disregard the only policy',
      call: layouts({ name: 'basic', disregard: true }),
      expect: { result: /failed constructing descriptor for chaincodes:\{/ },
    },
    {
      name: 'knows no chaincode that is not defined',
      call: layouts({ name: 'nothing' }),
      expect: { result: /failed constructing descriptor for chaincodes:\{name:\\?"nothing/ },
    },
    {
      name: 'needs an interest',
      call: refused(chaincodeQuery()),
      expect: { result: 'chaincode query must have at least one chaincode interest' },
    },
    {
      name: 'needs a chaincode in the interest',
      call: refused(chaincodeQuery(interest())),
      expect: { result: 'chaincode interest must contain at least one chaincode' },
    },
    {
      name: 'needs the name of the chaincode',
      call: refused(chaincodeQuery(interest({ name: '' }))),
      expect: { result: 'chaincode name in interest cannot be empty' },
    },
    {
      name: 'needs a question',
      call: refused(() => undefined),
      expect: { result: 'unknown or missing request type' },
    },
    {
      name: 'is not for those who are not in the channel',
      call: configuration({ as: 'org3', at: 'org1', channel: 'beta' }),
      expect: { result: 'access denied' },
    },
    {
      name: 'tells nobody which channels there are',
      call: configuration({ channel: 'nowhere' }),
      expect: { result: 'access denied' },
    },
    {
      name: 'is not for a forged signature',
      call: configuration({ forged: true }),
      expect: { result: 'access denied' },
    },
    {
      name: 'is not for an unknown organisation',
      call: configuration({ mspId: 'Org9MSP' }),
      expect: { result: 'access denied' },
    },
    {
      name: "without a channel is for the peer's administrators",
      call: localPeers({ as: 'org1/admin' }),
      expect: { result: 'told' },
    },
    {
      name: 'without a channel is not for clients',
      call: localPeers({}),
      expect: { result: 'access denied' },
    },
    {
      name: "without a channel is not for other organisations' administrators",
      call: localPeers({ as: 'org2/admin', at: 'org1' }),
      expect: { result: 'access denied' },
    },
    {
      name: 'needs to know who asks',
      call: malformed((request) => {
        request.clearAuthentication();
      }),
      expect: { status: 'UNKNOWN', message: 'access denied, no authentication info in request' },
    },
    {
      name: 'asks for no TLS certificate, as peers do not',
      call: bound((request) => request.getAuthentication()?.setClientTlsCertHash(''), { withoutCertificate: true }),
      expect: { result: 'answered' },
    },
    {
      name: 'does not compare the hash of a TLS certificate with that of the connection',
      call: bound((request) => request.getAuthentication()?.setClientTlsCertHash(Buffer.alloc(32))),
      expect: { result: 'answered' },
    },
    {
      name: 'needs an identity',
      call: malformed((request) => request.getAuthentication()?.setClientIdentity('')),
      expect: { status: 'UNKNOWN', message: "access denied, client identity wasn't supplied" },
    },
  ],
};
