/** The conformance suite on the embedded network. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { topics } from './behaviours';
import { differences } from './differences';
import { startEmbedded } from './engines/embedded';
import { type Outcome, requireKnown, runTopics } from './runner';

let outcomes: ReadonlyMap<string, Outcome> = new Map();

beforeAll(async () => {
  requireKnown(differences, topics);
  const engine = await startEmbedded();
  try {
    outcomes = new Map((await runTopics(engine, topics, differences)).map((outcome) => [outcome.key, outcome]));
  } finally {
    await engine.stop();
  }
}, 240_000);

describe.each(topics)('$name', ({ name: topic, behaviours }) => {
  test.each(behaviours)('$name', ({ name }) => {
    const { outcome, problem, observed } = outcomes.get(`${topic}: ${name}`) ?? { outcome: 'not run' };
    expect({ outcome, problem, observed: problem === undefined ? undefined : observed }).toEqual({
      outcome: expect.stringMatching(/^(same|differs)$/),
    });
  });
});
