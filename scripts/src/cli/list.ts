/** Lists: one page, or all of them. */
import type { ApiClient } from '../api/client';
import type { Context } from './context';
import type { Input } from './input';
import { table } from './table';

type Page = Readonly<{ items: readonly unknown[]; next: string | null; unreadable?: readonly string[] }>;
type Query = Readonly<Record<string, string | undefined>>;

/**
 * Prints a list: with --json the page `{items, next}`, with --all one with every item; otherwise a table.
 * @param headings of the columns
 * @param row an item's cells
 */
export async function showList(
  context: Context,
  input: Input,
  path: string,
  query: Query,
  headings: readonly string[],
  row: (item: unknown) => readonly string[],
): Promise<void> {
  const limit = input.integer('limit', 1, 200) ?? 50;
  const first = { ...query, limit: String(limit), cursor: input.optional('cursor') };
  const api = context.api();
  const page = input.has('all') ? await everyPage(api, path, first) : ((await api.get(path, first)) as Page);
  context.output.show(page, () => table(headings, page.items.map(row)));
  for (const id of page.unreadable ?? []) context.output.note(`not shown, as its record cannot be gone by: ${id}`);
  if (page.next !== null && !context.output.json) context.output.note(`more: --cursor ${page.next}`);
}

async function everyPage(api: ApiClient, path: string, first: Query): Promise<Page> {
  const items: unknown[] = [];
  const unreadable: string[] = [];
  let query = first;
  for (;;) {
    const page = (await api.get(path, query)) as Page;
    items.push(...page.items);
    unreadable.push(...(page.unreadable ?? []));
    if (page.next === null) return { items, next: null, ...(unreadable.length === 0 ? {} : { unreadable }) };
    query = { ...query, cursor: page.next };
  }
}
