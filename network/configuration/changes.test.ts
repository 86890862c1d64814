import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Config, ConfigUpdate } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { type ChannelSpec, type Consortium } from '../consortium';
import { testConsortium } from '../embedded/testing/consortium';
import { createAuthority, issueRevocationList, openAuthority } from '../identity/authority';
import { ensureMaterial, type NetworkMaterial } from '../identity/material';
import { readIssuer } from '../identity/organization-folder';
import {
  addOrderer,
  moveOrderer,
  addOrderingOrganization,
  addOrganization,
  changed,
  computeUpdate,
  ConfigurationError,
  type ConfigurationChange,
  configurationBlock,
  configurationOf,
  type Consensus,
  diff,
  readUpdateTransaction,
  removeOrderer,
  removeOrderingOrganization,
  removeOrganization,
  replaceOrdererCertificates,
  setAccess,
  setAnchorPeers,
  setBatch,
  setCertificateAuthorities,
  setOrdererEndpoints,
  setPolicy,
  setRevocationList,
  signUpdate,
  unsignedUpdate,
  updateTransaction,
} from './index';

const home = mkdtempSync(join(tmpdir(), 'changes-'));
const consortium: Consortium = testConsortium();
const NOW = new Date();
let material: NetworkMaterial;
let stranger: Parameters<typeof addOrganization>[0];
let crl: string;
let foreignCrl: string;

beforeAll(async () => {
  material = await ensureMaterial(consortium, home);
  const [ca, tlsCa] = await Promise.all([
    createAuthority('ca.four', 'four', NOW),
    createAuthority('tlsca.four', 'four', NOW),
  ]);
  stranger = {
    mspId: 'FourMSP',
    caPem: ca.pair.certPem,
    tlsCaPem: tlsCa.pair.certPem,
    anchorPeers: [{ host: 'peer.four', port: 7051 }],
  };
  const one = await openAuthority(await readIssuer(join(home, 'crypto', 'one')));
  crl = await issueRevocationList(one, ['77', 'abcd'], NOW);
  foreignCrl = await issueRevocationList(ca, ['77'], NOW);
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

function configuration(type: Consensus['type'] = 'etcdraft'): Config {
  const [channel] = consortium.channels as [ChannelSpec];
  return configurationOf(configurationBlock(consortium, channel, material, type, NOW)).config;
}

/** An orderer with certificates of the ordering organisation; `renewed` ones are of a member's peer, to be others. */
function orderer(port: number, renewed = false): Parameters<typeof addOrderer>[0] {
  const [node] = material.orderer.nodes;
  if (node === undefined) throw new Error('no orderer');
  const { tlsCaPem, peerTls } = material.organization('two');
  return {
    mspId: material.orderer.mspId,
    host: node.host,
    port,
    certPem: renewed ? tlsCaPem : node.identity.certPem,
    tlsCertPem: renewed ? peerTls.certPem : node.tls.certPem,
  };
}

const port = (): number => consortium.orderer.orderers[0]?.port ?? 0;
const ordererMsp = (): string => material.orderer.mspId;

interface Row {
  readonly name: string;
  readonly change: () => ConfigurationChange;
  readonly words: readonly RegExp[];
  /** Default Raft. */
  readonly type?: Consensus['type'];
  /** What has been changed before. */
  readonly before?: () => ConfigurationChange;
}

const FOUR_ORDERS = (): ConfigurationChange =>
  addOrderingOrganization({ ...stranger, endpoints: ['orderer.four:7050'] });

const CHANGES: readonly Row[] = [
  { name: 'a member comes', change: () => addOrganization(stranger), words: [/^FourMSP becomes a member$/] },
  { name: 'a member goes', change: () => removeOrganization('TwoMSP'), words: [/^TwoMSP is a member no more$/] },
  {
    name: 'certificates are revoked',
    change: () => setRevocationList('OneMSP', [crl]),
    words: [/^OneMSP revokes the certificate 77$/, /^OneMSP revokes the certificate ABCD$/],
  },
  {
    name: 'a revocation is taken back',
    before: () => setRevocationList('OneMSP', [crl]),
    change: () => setRevocationList('OneMSP', []),
    words: [/77 no more$/, /ABCD no more$/],
  },
  {
    name: 'a member gets a second CA',
    change: () =>
      setCertificateAuthorities({
        ...material.organization('one'),
        caPem: material.organization('one').caPem + stranger.caPem,
      }),
    words: [/^CAs of OneMSP: ca\.four .* is new$/],
  },
  {
    name: 'anchor peers move',
    change: () => setAnchorPeers('OneMSP', [{ host: 'elsewhere', port: 1 }]),
    words: [/^anchor peers of OneMSP: elsewhere:1 is new$/, /is gone$/],
  },
  {
    name: 'a Raft orderer comes',
    change: () => addOrderer(orderer(1)),
    words: [/^endpoints of/, /^localhost:1 becomes an orderer$/],
  },
  {
    name: 'a BFT orderer comes',
    type: 'BFT',
    change: () => addOrderer(orderer(1)),
    words: [/^endpoints/, /becomes an orderer$/, /^policy .*BlockValidation/],
  },
  {
    name: 'a BFT orderer goes',
    type: 'BFT',
    before: () => addOrderer(orderer(1)),
    change: () => removeOrderer(orderer(1)),
    words: [/^endpoints/, /is an orderer no more$/, /BlockValidation/],
  },
  {
    name: "a BFT orderer's certificates are renewed",
    type: 'BFT',
    change: () => replaceOrdererCertificates(orderer(port(), true)),
    words: [/has new certificates$/, /BlockValidation/],
  },
  {
    name: "a Raft orderer's certificates are renewed",
    change: () => replaceOrdererCertificates(orderer(port(), true)),
    words: [/new certificates$/],
  },
  {
    name: 'an ordering organisation comes',
    change: FOUR_ORDERS,
    words: [/^FourMSP becomes an ordering organisation$/],
  },
  {
    name: 'an ordering organisation goes',
    before: FOUR_ORDERS,
    change: () => removeOrderingOrganization('FourMSP'),
    words: [/^FourMSP is an ordering organisation no more$/],
  },
  {
    name: 'endpoints move',
    change: () => setOrdererEndpoints(ordererMsp(), ['far:1']),
    words: [/far:1 is new$/, /is gone$/],
  },
  {
    name: 'blocks get other limits',
    change: () => setBatch({ maxMessageCount: 7, batchTimeoutMs: 1500 }),
    words: [/^blocks: most messages: 100 becomes 7$/, /^blocks: longest wait: 10 ms becomes 1500 ms$/],
  },
  {
    name: 'blocks of BFT wait longer',
    type: 'BFT',
    change: () => setBatch({ batchTimeoutMs: 1500 }),
    words: [
      /^blocks: longest wait: 10 ms becomes 1500 ms$/,
      /^consensus: longest wait for a block: 10 ms becomes 1500 ms$/,
    ],
  },
  {
    name: 'reading of blocks is for administrators',
    change: () => setAccess('qscc/GetBlockByNumber', '/Channel/Application/Admins'),
    words: [
      /^access to qscc\/GetBlockByNumber: \/Channel\/Application\/Readers becomes \/Channel\/Application\/Admins$/,
    ],
  },
  {
    name: 'a policy changes',
    change: () => setPolicy('/Channel/Application/LifecycleEndorsement', 'ALL Endorsement'),
    words: [/^policy \/Channel\/Application\/LifecycleEndorsement: MAJORITY Endorsement becomes ALL Endorsement$/],
  },
  ...(['BFT', 'etcdraft'] as const).map((type): Row => ({
    name: `an orderer of ${type} moves`,
    type,
    change: () => moveOrderer({ host: 'localhost', port: port() }, orderer(9999)),
    words: [
      /localhost:9999 is new$/,
      /is gone$/,
      ...(type === 'BFT'
        ? [/^the orderer localhost:[0-9]+ \(number 1\) moves to localhost:9999$/]
        : [/^localhost:[0-9]+ is an orderer no more$/, /^localhost:9999 becomes/]),
    ],
  })),
  {
    name: 'a policy is new',
    change: () => setPolicy('/Channel/Application/Auditors', "OR('OneMSP.client')"),
    words: [/is new: 'OneMSP\.client'$/],
  },
];

describe('a change of a configuration', () => {
  test.each(CHANGES)('is told in plain words: $name', ({ change, words, type, before }) => {
    const start = changed(configuration(type), ...(before === undefined ? [] : [before()]));

    const lines = diff(start, changed(start, change()));

    expect(lines).toHaveLength(words.length);
    for (const [index, pattern] of words.entries()) expect(lines[index]).toMatch(pattern);
  });

  test('leaves the configuration that it begins with as it is', () => {
    const before = configuration();
    const bytes = Buffer.from(before.serializeBinary());

    changed(before, addOrganization(stranger), removeOrganization('OneMSP'), setBatch({ maxMessageCount: 1 }));

    expect(Buffer.from(before.serializeBinary())).toEqual(bytes);
    expect(diff(before, before)).toEqual([]);
  });

  test.each<[string, () => ConfigurationChange, string]>([
    ['a member comes twice', () => addOrganization({ ...stranger, mspId: 'OneMSP' }), 'OneMSP is a member already'],
    ['a stranger goes', () => removeOrganization('FourMSP'), 'FourMSP is no member of the channel'],
    ['the only ordering organisation goes', () => removeOrderingOrganization(ordererMsp()), 'is the last'],
    ["a stranger's list", () => setRevocationList('OneMSP', [foreignCrl]), 'no CA of OneMSP has signed'],
    ['what is no list', () => setRevocationList('OneMSP', ['hello']), 'no revocation list in PEM'],
    [
      'a list for a stranger',
      () => setRevocationList('FourMSP', []),
      'no organisation of the channel has the MSP FourMSP',
    ],
    ['the last orderer goes', () => removeOrderer(orderer(port())), 'is the last orderer'],
    ['an orderer twice', () => addOrderer(orderer(port())), 'is an orderer of the channel already'],
    ['an orderer of a stranger', () => addOrderer({ ...orderer(1), mspId: 'FourMSP' }), 'no ordering organisation'],
    [
      'certificates of an unknown orderer',
      () => replaceOrdererCertificates(orderer(1)),
      'is no orderer of the channel',
    ],
    ['an unknown orderer moves', () => moveOrderer({ host: 'nowhere', port: 1 }, orderer(2)), 'is no orderer'],
    ['an empty block', () => setBatch({ maxMessageCount: 0 }), 'whole numbers from 1'],
    ['a block beyond itself', () => setBatch({ preferredMaxBytes: 2 ** 31 }), 'preferred larger'],
    ['no time', () => setBatch({ batchTimeoutMs: 0 }), 'it must be 1 or more'],
    ['a policy without a path', () => setPolicy('Admins', 'ANY Admins'), 'is no path of a policy'],
    ['a policy in a group that is not there', () => setPolicy('/Channel/No/P', 'ANY Admins'), 'no group No'],
    ['words that are no policy', () => setPolicy('/Channel/Admins', 'SOME Admins'), 'the policy cannot be read'],
  ])('is refused: %s', (_name, change, message) => {
    const before = configuration();

    expect(() => changed(before, change())).toThrow(message);
  });

  test('that changes nothing is no update', () => {
    const before = configuration();
    expect(() => computeUpdate('test', before, changed(before, setBatch({ maxMessageCount: 100 })))).toThrow(
      'nothing changes',
    );
  });

  test('writes what it changes one version on, and reads no more than it needs to', () => {
    const before = configuration();

    const update = computeUpdate('test', before, changed(before, setRevocationList('OneMSP', [crl])));

    expect(update.getChannelId()).toBe('test');
    const application = update.getWriteSet()?.getGroupsMap().get('Application');
    const msp = application?.getGroupsMap().get('OneMSP')?.getValuesMap().get('MSP');
    expect([application?.getVersion(), msp?.getVersion(), msp?.getModPolicy()]).toEqual([0, 1, 'Admins']);
    expect([...(application?.getGroupsMap().keys() ?? [])]).toEqual(['OneMSP']);
    expect(
      update.getReadSet()?.getGroupsMap().get('Application')?.getGroupsMap().get('OneMSP')?.getValuesMap().getLength(),
    ).toBe(0);
  });

  test('travels with the signatures of those who agree', () => {
    const before = configuration();
    const update = computeUpdate('test', before, changed(before, addOrganization(stranger)));
    const [one, two] = [material.organization('one').admin, material.organization('two').admin];

    const signed = signUpdate(signUpdate(unsignedUpdate(update), one), two);
    const read = readUpdateTransaction(updateTransaction(signed, one));

    expect(read.getSignaturesList()).toHaveLength(2);
    expect(Buffer.from(read.getConfigUpdate_asU8())).toEqual(Buffer.from(update.serializeBinary()));
    expect(() => readUpdateTransaction(Buffer.from('hello'))).toThrow(ConfigurationError);
  });
});

const hasTranslator = spawnSync('configtxlator', ['version']).status === 0;

// Only where Fabric's programs are on PATH.
(hasTranslator ? describe : describe.skip)("Fabric's own configtxlator (on PATH)", () => {
  test.each(CHANGES)('computes the same update: $name', ({ change, type, before }) => {
    const start = changed(configuration(type), ...(before === undefined ? [] : [before()]));
    const after = changed(start, change());
    const file = (name: string): string => join(home, name);
    writeFileSync(file('original'), start.serializeBinary());
    writeFileSync(file('updated'), after.serializeBinary());

    execFileSync('configtxlator', [
      ...['compute_update', '--channel_id', 'test'],
      ...['--original', file('original'), '--updated', file('updated'), '--output', file('update')],
    ]);

    const theirs = ConfigUpdate.deserializeBinary(readFileSync(file('update')));
    expect(computeUpdate('test', start, after).toObject()).toEqual(theirs.toObject());
    expect(Buffer.from(computeUpdate('test', start, after).serializeBinary())).toEqual(
      Buffer.from(theirs.serializeBinary()),
    );
  });
});
