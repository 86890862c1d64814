/** The same XML as other programs would write it, and the same with a part taken away or repeated. For XML as the samples write it: no comments, no CDATA. */
import { type Random } from './random';

const TOKEN = /<[^>]*>|[^<]+/g;

/** One XML document in other words: other prefixes, quotes and line ends; comments, CDATA, references and white space where they mean nothing. */
export function respelt(xml: string, random: Random): string {
  const prefixes = new Map<string, string>();
  for (const [, prefix] of xml.matchAll(/xmlns:([a-z]+)=/g)) {
    if (prefix !== undefined) prefixes.set(prefix, `${random.pick(['n', 'ns', 'q'])}${prefixes.size}`);
  }
  const body = xml.replace(/^<\?xml[^>]*\?>/, '');
  const written = (body.match(TOKEN) ?? []).map((token) =>
    token.startsWith('<') ? between(random) + respeltTag(token, prefixes, random) : respeltText(token, random),
  );
  const text = `<?xml version='1.0' encoding='UTF-8'?>${written.join('')}${between(random)}`;
  return random.below(2) === 0 ? text : text.replaceAll('\n', '\r\n');
}

function respeltTag(tag: string, prefixes: ReadonlyMap<string, string>, random: Random): string {
  const renamed = tag
    .replace(/^(<\/?)([a-z]+):/, (_, open: string, prefix: string) => `${open}${prefixes.get(prefix) ?? prefix}:`)
    .replace(/xmlns:([a-z]+)=/g, (_, prefix: string) => `xmlns:${prefixes.get(prefix) ?? prefix}=`);
  const quoted = random.below(2) === 0 ? renamed : renamed.replace(/="([^"']*)"/g, " =\n'$1'");
  return random.below(2) === 0 ? quoted : quoted.replace(/>$/, ' >').replace(/\/ >$/, ' />');
}

/** What may stand between elements; inside of a value only what is no character may. */
function between(random: Random): string {
  return random.pick(['', '', '\n  ', '\t', '<!-- > & " -->', '<?page <break> ?>']);
}

function respeltText(text: string, random: Random): string {
  const at = random.below(text.length);
  const [head, tail] = [text.slice(0, at), text.slice(at)];
  // A reference may not be cut in two.
  if (text.includes('&')) return `\n${text}\n`;
  return random.pick([
    text,
    `\n    ${text}\n  `,
    `<![CDATA[${head}]]>${tail}`,
    `${head}<!-- 0 -->${tail}`,
    `${head}<?x 0?>${tail}`,
    `&#x${text.charCodeAt(0).toString(16)};${text.slice(1)}`,
  ]);
}

/** Every document that comes of taking one element away, and of writing one twice. */
export function mutilated(xml: string): readonly Readonly<{ how: string; text: string }>[] {
  return elementsOf(xml).flatMap(({ name, from, to }) => {
    const element = xml.slice(from, to);
    return [
      { how: `without ${name} at ${from}`, text: xml.slice(0, from) + xml.slice(to) },
      { how: `with ${name} at ${from} twice`, text: xml.slice(0, to) + element + xml.slice(to) },
    ];
  });
}

function elementsOf(xml: string): readonly Readonly<{ name: string; from: number; to: number }>[] {
  const open: Readonly<{ name: string; from: number }>[] = [];
  const found: Readonly<{ name: string; from: number; to: number }>[] = [];
  for (const { 0: token, index } of xml.matchAll(TOKEN)) {
    if (!token.startsWith('<') || token.startsWith('<?')) continue;
    const to = index + token.length;
    const last = token.startsWith('</') ? open.pop() : undefined;
    if (last !== undefined) found.push({ ...last, to });
    else open.push({ name: /[^<\s/>]+/.exec(token)?.[0] ?? '', from: index });
  }
  return found;
}
