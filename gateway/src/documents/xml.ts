/** From XML text to a small tree of elements: strict, with namespaces, without document types, within fixed limits. */
import { SaxesParser, type SaxesAttributeNS, type SaxesTagNS } from 'saxes';
import { InvalidDocument } from './invalid-document';

/** An element. `name` is local; `text` is its own character data, without that of its children. */
export type XmlElement = Readonly<{
  name: string;
  namespace: string;
  /** By name as written, prefix included; those of no namespace have no prefix. */
  attributes: ReadonlyMap<string, string>;
  text: string;
  children: readonly XmlElement[];
}>;

export const MAX_DEPTH = 64;
export const MAX_ELEMENTS = 100_000;
export const MAX_ATTRIBUTES = 64;
const MAX_MESSAGE = 200;

/**
 * Reads a document into its root element.
 * @throws InvalidDocument where it is not well-formed (with line and column), has a document type declaration, or is beyond a limit.
 */
export function parseXml(text: string): XmlElement {
  // XML 1.1 would let in control characters; nobody issues invoices in it, so its rules are never used.
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  const builder = new TreeBuilder();
  // Six handlers and no more: each adds a property to the parser; with eight, V8 (Node 20) keeps the parser as a dictionary, and
  // parsing takes four times as long. Without an error handler the parser throws at the first error: nothing after it is read.
  parser.on('doctype', () => {
    throw new InvalidDocument('document type declarations are refused');
  });
  // As they are read, and not when the tag is whole: a tag of 5 MB in attributes takes seconds.
  parser.on('attribute', () => {
    builder.attribute();
  });
  parser.on('opentag', (tag) => {
    builder.open(tag);
  });
  parser.on('text', (characters) => {
    builder.characters(characters);
  });
  parser.on('cdata', (characters) => {
    builder.characters(characters);
  });
  parser.on('closetag', () => {
    builder.close();
  });
  try {
    // As every XML processor must; the parser does it too, a character at a time.
    parser.write(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text).close();
  } catch (error) {
    throw error instanceof InvalidDocument ? error : notWellFormed(error);
  }
  return builder.root();
}

type OpenElement = { -readonly [K in keyof XmlElement]: XmlElement[K] } & { children: OpenElement[] };

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

class TreeBuilder {
  readonly #open: OpenElement[] = [];
  #root: OpenElement | undefined;
  #elements = 0;
  #attributes = 0;

  /** Counts an attribute of the element that comes next. */
  attribute(): void {
    if (++this.#attributes > MAX_ATTRIBUTES) {
      throw new InvalidDocument(`the XML has an element with more than ${MAX_ATTRIBUTES} attributes`);
    }
  }

  open({ local, uri, attributes }: SaxesTagNS): void {
    if (++this.#elements > MAX_ELEMENTS) throw new InvalidDocument(`the XML has more than ${MAX_ELEMENTS} elements`);
    if (this.#open.length >= MAX_DEPTH)
      throw new InvalidDocument(`the XML is nested deeper than ${MAX_DEPTH} elements`);
    this.#attributes = 0;
    const element: OpenElement = {
      name: local,
      namespace: uri,
      attributes: attributeMap(attributes),
      text: '',
      children: [],
    };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root ??= element;
    else parent.children.push(element);
    this.#open.push(element);
  }

  characters(text: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += text;
  }

  close(): void {
    this.#open.pop();
  }

  root(): XmlElement {
    if (this.#root === undefined) throw new InvalidDocument('the XML is not well-formed: it has no root element');
    return this.#root;
  }
}

function attributeMap(attributes: Record<string, SaxesAttributeNS>): ReadonlyMap<string, string> {
  const all = Object.values(attributes);
  if (all.length === 0) return NO_ATTRIBUTES;
  return new Map(all.map(({ name, value }) => [name, value]));
}

/** The parser begins its messages with `line:column:`. */
function notWellFormed(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [, line, column, what] = /^(\d+):(\d+): ([^]*)$/.exec(error.message) ?? [];
  if (line === undefined || column === undefined || what === undefined) return error;
  return new InvalidDocument(
    `the XML is not well-formed: line ${line}, column ${column}: ${what.replace(/\.$/, '').slice(0, MAX_MESSAGE)}`,
  );
}
