/** What PostgreSQL's JSON cannot hold, though JSON can: a character of value zero, and half of a surrogate pair. */

// As JSON.stringify writes them; an even number of backslashes before is text.
const ESCAPED = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/;
const ALL_ESCAPED = new RegExp(ESCAPED, 'g');

/** Whether JSON text, made by JSON.stringify, can be stored. One that cannot be would keep all from being stored that go with it in one statement. */
export function isStorable(json: string): boolean {
  return !ESCAPED.test(json);
}

/** JSON text, made by JSON.stringify, with signs of replacement for what cannot be stored: for what quotes others. */
export function storableJson(json: string): string {
  return json.replace(ALL_ESCAPED, '$1\\ufffd');
}
