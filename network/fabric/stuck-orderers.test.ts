import { beforeEach, describe, expect, test } from '@jest/globals';
import { heightsOf, type Look, StuckOrderers } from './stuck-orderers';

const SECOND = 1000;

let stuck: StuckOrderers;

beforeEach(() => {
  stuck = new StuckOrderers();
});

function orderer(name: string, height: number | undefined): Look {
  return { name, orderer: true, heights: height === undefined ? undefined : new Map([['onepledge', height]]) };
}

const peer = (height: number): Look => ({ name: 'bank-a', orderer: false, heights: new Map([['onepledge', height]]) });

/** Looks every three seconds; @returns who was to be started again, with the second */
function looks(upTo: number, nodes: (second: number) => readonly Look[], from = 0): readonly string[] {
  const found: string[] = [];
  for (let second = from; second <= upTo; second += 3) {
    found.push(...stuck.look(nodes(second), second * SECOND).map((name) => `${name} at ${second}`));
  }
  return found;
}

describe('an orderer', () => {
  test('that stands still behind another is to be started again after a quarter of a minute', () => {
    expect(looks(15, (second) => [orderer('a', 10 + second), orderer('b', 7)])).toEqual(['b at 15']);
  });

  test('that stands still behind a peer is, too', () => {
    expect(looks(15, () => [peer(9), orderer('b', 7)])).toEqual(['b at 15']);
  });

  test('that stands still as all others do is left alone', () => {
    expect(looks(600, () => [orderer('a', 7), orderer('b', 7), peer(7), peer(5)])).toEqual([]);
  });

  test('that is behind and moves is left alone', () => {
    expect(looks(600, (second) => [orderer('a', 1000 + second), orderer('b', 7 + second / 3)])).toEqual([]);
  });

  test('that has not answered meanwhile gets all of the time again', () => {
    const nodes = (second: number): readonly Look[] => [orderer('a', 10), orderer('b', second === 12 ? undefined : 7)];
    expect(looks(30, nodes)).toEqual(['b at 30']);
  });

  test('that has come up to the others in between gets all of the time again', () => {
    const nodes = (second: number): readonly Look[] => [orderer('a', second > 6 ? 8 : 7), orderer('b', 7)];
    expect(looks(24, nodes)).toEqual(['b at 24']);
  });

  test('whom a start does not help is left alone longer each time, until it moves', () => {
    const still = (): readonly Look[] => [orderer('a', 10), orderer('b', 7)];
    // Each time begins with the next look.
    expect(looks(120, still)).toEqual(['b at 15', 'b at 48', 'b at 111']);
    stuck.look([orderer('a', 10), orderer('b', 8)], 123 * SECOND);
    stuck.look([orderer('a', 10), orderer('b', 9)], 126 * SECOND);
    expect(looks(145, () => [orderer('a', 10), orderer('b', 9)], 129)).toEqual(['b at 141']);
  });
});

test('the heights are in the metrics', () => {
  const metrics = `# TYPE ledger_blockchain_height gauge
ledger_blockchain_height{channel="onepledge"} 948
ledger_blockchain_height{channel="other"} 1.2e+06
ledger_blockstorage_commit_time_sum{channel="onepledge"} 2
`;
  expect(heightsOf(metrics)).toEqual(
    new Map([
      ['onepledge', 948],
      ['other', 1_200_000],
    ]),
  );
});
