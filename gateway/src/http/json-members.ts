/** Members that stand twice in one object of a JSON text: one reader takes the first, another the last, and whoever looked at it has seen another. */
import { problem } from '../problem';

/**
 * @param text of JSON that was parsed
 * @param value what it was parsed to
 * @throws ProblemError INVALID_INPUT where the text has more members than what was made of it.
 */
export function requireDistinctMembers(text: string, value: unknown): void {
  if (membersOfText(text) !== membersOfValue(value))
    throw problem('INVALID_INPUT', 'a field stands twice in one object');
}

/** How many strings have a colon after them. */
function membersOfText(text: string): number {
  let members = 0;
  for (let start = text.indexOf('"'); start >= 0;) {
    let end = text.indexOf('"', start + 1);
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
    if (end < 0) return members;
    let next = end + 1;
    while (isSpace(text.charCodeAt(next))) next += 1;
    if (text[next] === ':') members += 1;
    start = text.indexOf('"', next);
  }
  return members;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === '\\') before -= 1;
  return (at - before) % 2 === 0;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Without recursion: a body may be as deep as it is long. */
function membersOfValue(value: unknown): number {
  let members = 0;
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    const inner = Object.values(next) as unknown[];
    if (!Array.isArray(next)) members += inner.length;
    for (const each of inner) open.push(each);
  }
  return members;
}
