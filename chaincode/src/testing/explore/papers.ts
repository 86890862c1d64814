/** never-twice 1 by the papers themselves and not by tokens: whatever a paper is called, all that it backs is within what it says. */
import type { StoredState } from '../stored-state';

/** The scopes' papers have numbers that differ in their digits alone. @throws Error naming the paper */
export function checkPapers({ receivables }: StoredState): void {
  const used = new Map<string, bigint>();
  const says = new Map<string, bigint>();
  for (const { number, amount, used: part } of receivables.flatMap(({ evidence }) => evidence)) {
    const paper = number
      .normalize('NFKC')
      .replace(/[^0-9]/g, '')
      .replace(/^0+/, '');
    used.set(paper, (used.get(paper) ?? 0n) + part);
    const least = says.get(paper);
    says.set(paper, least === undefined || amount < least ? amount : least);
  }
  for (const [paper, sum] of used) {
    if (sum > (says.get(paper) ?? 0n))
      throw new Error(`not always true: paper ${paper} backs no more than it says: ${sum}`);
  }
}
