/** An act on a pledge: post, then show what became of it. */
import type { PledgeView } from '@onepledge/chaincode/model';
import type { Committed } from '../api/client';
import type { Context } from '../cli/context';
import type { Input } from '../cli/input';
import { actOptions } from '../cli/write';
import { pledgeText } from './view';

/** @param path below `/v1/pledges` */
export async function act(context: Context, input: Input, path: string, body: unknown): Promise<void> {
  const view = (await context.api().act(`/v1/pledges${path}`, body, actOptions(input))) as PledgeView & Committed;
  context.output.show(view, () => pledgeText(view));
}

/** The path of an act on the pledge that is the first argument. */
export function pathOf(input: Input, what: string): string {
  return `/${encodeURIComponent(input.argument(0))}/${what}`;
}
