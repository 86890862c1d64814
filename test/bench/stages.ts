/** Where the time went: the gateway's stage timings between two readings of its metrics. */

/** Seconds and number of times of each stage, and of groups: `commands` is the sum of their sizes. */
export type Stages = Readonly<{
  stages: ReadonlyMap<string, Readonly<{ seconds: number; times: number }>>;
  groups: Readonly<{ times: number; commands: number }>;
}>;

const STAGE = /^onepledge_stage_seconds_(sum|count)\{.*?stage="([^"]+)".*?\} (\S+)$/;
const GROUP = /^onepledge_group_commands_(sum|count)(?:\{.*\})? (\S+)$/;

/** Reads what Prometheus' text form says of the stages. */
export function readStages(text: string): Stages {
  const stages = new Map<string, { seconds: number; times: number }>();
  const groups = { times: 0, commands: 0 };
  for (const line of text.split('\n')) {
    const stage = STAGE.exec(line);
    if (stage !== null) {
      const [, what, name = '', value] = stage;
      const entry = stages.get(name) ?? { seconds: 0, times: 0 };
      entry[what === 'sum' ? 'seconds' : 'times'] = Number(value);
      stages.set(name, entry);
    }
    const group = GROUP.exec(line);
    if (group !== null) groups[group[1] === 'sum' ? 'commands' : 'times'] = Number(group[2]);
  }
  return { stages, groups };
}

/** What was added between two readings. */
export function stagesBetween(before: Stages, after: Stages): Stages {
  const stages = [...after.stages].map(([name, { seconds, times }]) => {
    const earlier = before.stages.get(name) ?? { seconds: 0, times: 0 };
    return [name, { seconds: seconds - earlier.seconds, times: times - earlier.times }] as const;
  });
  return {
    stages: new Map(stages.filter(([, { times }]) => times > 0)),
    groups: {
      times: after.groups.times - before.groups.times,
      commands: after.groups.commands - before.groups.commands,
    },
  };
}
