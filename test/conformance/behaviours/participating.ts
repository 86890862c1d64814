/** What an orderer tells its administrators of the channels that it takes part in, and what it lets them do. */
import { type Topic } from '../behaviour';
import { fetched, joinAgain, participation, withoutCertificate } from '../participation';

const channelOf = (name: string): object => ({ name, url: `/participation/v1/channels/${name}` });
const refused = (error: string): string => JSON.stringify({ error });

export const participating: Topic = {
  name: 'participating',
  behaviours: [
    {
      name: 'lists the channels',
      call: participation({ path: 'channels' }),
      expect: { result: /^\[200,"\{\\"systemChannel\\":null,\\"channels\\":\[.*\\"alpha\\".*\]\}"\]$/ },
    },
    {
      name: 'tells of a channel',
      call: participation({ path: 'channels/alpha' }),
      expect: {
        result: [
          200,
          JSON.stringify({ ...channelOf('alpha'), consensusRelation: 'consenter', status: 'active', height: 0 }),
        ],
      },
    },
    {
      name: 'a channel that is not there',
      call: participation({ path: 'channels/absent' }),
      expect: { result: [404, refused('channel does not exist')] },
    },
    {
      name: 'a name that no channel can have',
      call: participation({ path: 'channels/Absent' }),
      expect: { result: [400, refused("invalid channel ID: 'Absent' contains illegal characters")] },
    },
    {
      name: 'gives the first block',
      call: fetched('channels/alpha/blocks/oldest'),
      expect: { result: [0, 'as ordered'] },
    },
    {
      name: 'gives a block as it was ordered',
      call: fetched('channels/alpha/blocks/2'),
      expect: { result: [2, 'as ordered'] },
    },
    {
      name: 'a block that is not there',
      call: fetched('channels/alpha/blocks/1000000'),
      expect: { result: [404, refused('no such block number [1000000] in index')] },
    },
    {
      name: 'a block of a channel that is not there',
      call: fetched('channels/absent/blocks/0'),
      expect: { result: [404, refused('channel does not exist')] },
    },
    {
      name: 'what is no block',
      call: fetched('channels/alpha/blocks/some'),
      // Fabric's orderers say it twice.
      expect: { result: /^\[400,"\{\\"error\\":\\"invalid block ID: 'some' not equal / },
    },
    {
      name: 'joins no channel twice',
      call: joinAgain('channels/alpha/blocks/oldest'),
      expect: { result: [405, refused('cannot join: channel already exists'), 'GET, DELETE'] },
    },
    {
      name: 'joins by a configuration block only',
      call: joinAgain('channels/alpha/blocks/2'),
      expect: { result: [400, refused('invalid join block: block is not a config block')] },
    },
    {
      name: 'a form without the block',
      call: participation({ method: 'POST', path: 'channels', files: { other: Buffer.from('x') } }),
      expect: { result: [400, refused('form does not contains part key: config-block')] },
    },
    {
      name: 'a form with more than the block',
      call: participation({
        method: 'POST',
        path: 'channels',
        files: { 'config-block': Buffer.from('x'), other: Buffer.from('x') },
      }),
      expect: { result: [400, refused('form contains too many parts')] },
    },
    {
      name: 'what is no form',
      call: participation({ method: 'POST', path: 'channels', headers: { 'Content-Type': 'text/plain' } }),
      expect: { result: [400, refused('unsupported Content-Type: [text/plain]')] },
    },
    {
      name: 'an update that is none',
      call: participation({
        method: 'PUT',
        path: 'channels',
        files: { 'config-update-envelope': Buffer.from([0x0a, 0x00]) },
      }),
      expect: { result: [400, refused('invalid config update envelope: bad header')] },
    },
    {
      name: 'removes no channel that is not there',
      call: participation({ method: 'DELETE', path: 'channels/absent' }),
      expect: { result: [404, refused('cannot remove: channel does not exist')] },
    },
    {
      name: 'a method that there is not',
      call: participation({ method: 'PATCH', path: 'channels/alpha' }),
      expect: { result: [405, refused('invalid request method: PATCH'), 'GET, DELETE'] },
    },
    {
      name: 'answers in JSON only',
      call: participation({ path: 'channels', headers: { Accept: 'text/plain' } }),
      expect: { result: [406, refused('response Content-Type is application/json only')] },
    },
    {
      name: 'asks for a certificate',
      call: withoutCertificate(),
      expect: { result: 'no connection' },
    },
  ],
};
