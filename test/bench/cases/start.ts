/** Cold start (an empty home) and warm start (a home that has been used), by `npm start` on a built tree. */
import type { Case } from '../bench';
import { figure } from '../figure';
import { newHome, System } from '../system';

const READY_SECONDS = 5;

export const start: Case = {
  name: 'start',
  async run({ plan, note }) {
    const cold: number[] = [];
    const warm: number[] = [];
    const coldCpu: number[] = [];
    const warmCpu: number[] = [];
    for (let round = 1; round <= plan.rounds; round += 1) {
      note(`start, round ${round}`);
      const first = await System.start(newHome());
      cold.push(first.readySeconds);
      coldCpu.push(first.totalCpuSeconds());
      await first.stop();
      const again = await System.start(first.home);
      warm.push(again.readySeconds);
      warmCpu.push(again.totalCpuSeconds());
      await again.remove();
    }
    return [
      {
        title: 'Start',
        figures: [
          figure('cold start: empty home, keys and ledger to be made', 's', cold, { atMost: READY_SECONDS }),
          figure('warm start', 's', warm, { atMost: READY_SECONDS }),
          figure('processor time until ready, cold', 's', coldCpu),
          figure('processor time until ready, warm', 's', warmCpu),
        ],
        notes: ['From the command `npm start` to the first answer of `/readyz` that says ready; everything is built.'],
      },
    ];
  },
};
