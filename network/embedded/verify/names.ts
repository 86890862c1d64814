/** Names database keys for people. */

/** `namespace/key` for a key of the state or its history, the bare key of other tables; what cannot be printed is escaped. */
export function nameOf(databaseKey: string): string {
  const [namespace = '', ...rest] = databaseKey.slice(1).split('\u0000');
  const name = rest.length === 0 ? namespace : `${namespace}/${rest.join('\u0000')}`;
  return Array.from(name, (character) => (isControl(character) ? escaped(character) : character)).join('');
}

function isControl(character: string): boolean {
  return character < ' ' || character === '\u007f';
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
