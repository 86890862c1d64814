/** What PostgreSQL's JSON cannot hold, though JSON can: a character of value zero, and half of a surrogate pair. */

const UNSTORABLE = /[\0\p{Cs}]/gu;
// As JSON.stringify writes them; an even number of backslashes before is text.
const ESCAPED = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** Whether JSON text, made by JSON.stringify, can be stored. One that cannot be would keep all from being stored that go with it in one statement. */
export function isStorable(json: string): boolean {
  return !ESCAPED.test(json);
}

/** A text as it can be stored. */
export function storable(text: string): string {
  return text.replace(UNSTORABLE, '\ufffd');
}
