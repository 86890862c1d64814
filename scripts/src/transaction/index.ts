/** Transactions: what became of an act. */
import type { Problem } from '../cli/errors';
import type { CommandSpec } from '../cli/command';
import { problemText } from '../cli/report';
import { fields } from '../cli/table';

type Transaction = Readonly<{
  id: string;
  status: string;
  block?: string | number;
  transactionId?: string;
  problem?: Problem;
  writes?: readonly Readonly<{ id: string; status: string; code?: string }>[];
}>;

const get: CommandSpec = {
  verb: 'get',
  summary: 'PENDING, COMMITTED with its block, or FAILED with the problem',
  details:
    'Of a transaction of the ledger that carries several acts, also what became of each: not all of them need be carried out.',
  arguments: [{ name: 'id', summary: "the act's id, or the ledger's transaction id" }],
  examples: ['5f0c4e0e-6d0a-4d8e-9e0e-2f6b1c7a9d10 --as platform'],
  async run({ api, output }, input) {
    const view = (await api().get(`/v1/transactions/${encodeURIComponent(input.argument(0))}`)) as Transaction;
    output.show(view, () =>
      fields([
        ['id', view.id],
        ['status', view.status],
        ['block', view.block?.toString()],
        ['transaction', view.transactionId],
        ['problem', view.problem === undefined ? undefined : problemText(view.problem)],
        ...(view.writes ?? []).map(({ id, status, code }): [string, string] => [id, code ?? status]),
      ]),
    );
  },
};

export const commands: readonly CommandSpec[] = [get];
