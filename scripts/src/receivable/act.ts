/** An act on a receivable: post, then show what became of it. */
import type { ReceivableView } from '@onepledge/chaincode/model';
import type { Committed } from '../api/client';
import type { Context } from '../cli/context';
import type { Input } from '../cli/input';
import { actOptions } from '../cli/write';
import { receivableText } from './view';

/** @param path below `/v1/receivables` */
export async function act(context: Context, input: Input, path: string, body: unknown): Promise<void> {
  const answer = await context.api().act(`/v1/receivables${path}`, body, actOptions(input));
  const view = answer as ReceivableView & Committed;
  context.output.show(view, () => receivableText(view));
}

/** The path of an act on the receivable that is the first argument. */
export function pathOf(input: Input, what: string): string {
  return `/${encodeURIComponent(input.argument(0))}/${what}`;
}
