/** The nouns of the command line. Their commands are loaded when they are used. */
import type { NounSpec } from './command';

export const NOUNS: readonly NounSpec[] = [
  {
    noun: 'receivable',
    summary: 'register, import, confirm, settle and look at receivables 应收账款',
    load: async () => (await import('../receivable/index.js')).commands,
  },
  {
    noun: 'pledge',
    summary: 'propose, accept, release and look at pledges 质押',
    load: async () => (await import('../pledge/index.js')).commands,
  },
  {
    noun: 'asset',
    summary: 'what happened to an asset',
    load: async () => (await import('../asset/index.js')).commands,
  },
  {
    noun: 'transaction',
    summary: 'what became of an act',
    load: async () => (await import('../transaction/index.js')).commands,
  },
  {
    noun: 'party',
    summary: 'suppliers and core enterprises',
    load: async () => (await import('../party/index.js')).commands,
  },
  {
    noun: 'member',
    summary: 'member institutions: who they are, taking one in, letting one go',
    load: async () => (await import('../member/index.js')).commands,
  },
  {
    noun: 'orderer',
    summary: 'the orderers of a channel: taking one in, letting one go',
    load: async () => (await import('../orderer/index.js')).commands,
  },
  {
    noun: 'token',
    alone: true,
    summary: "print a token of the network's demo issuer",
    load: async () => (await import('../token/index.js')).commands,
  },
  {
    noun: 'demo',
    alone: true,
    summary: 'a walk through the story: one invoice, two banks, one pledge',
    load: async () => (await import('../demo/index.js')).commands,
  },
  {
    noun: 'network',
    summary: 'start, stop and look at the network',
    load: async () => (await import('../network/index.js')).commands,
  },
  {
    noun: 'certificate',
    summary: 'certificates of the development CA: issue, renew, revoke, list, watch',
    load: async () => (await import('../certificate/index.js')).commands,
  },
  {
    noun: 'channel',
    summary: 'channels: where they stand, and updates of their configuration',
    load: async () => (await import('../channel/index.js')).commands,
  },
  {
    noun: 'config',
    summary: "a channel's configuration in plain words",
    load: async () => (await import('../config/index.js')).commands,
  },
  {
    noun: 'chaincode',
    summary: 'definitions of the chaincode on a channel: install, approve, commit, upgrade',
    load: async () => (await import('../chaincode/index.js')).commands,
  },
  {
    noun: 'ledger',
    summary: 'the blocks and the state on disk',
    load: async () => (await import('../ledger/index.js')).commands,
  },
  { noun: 'gateway', summary: 'further gateways', load: async () => (await import('../gateway/index.js')).commands },
];
