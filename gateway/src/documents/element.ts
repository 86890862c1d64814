/** Reading of elements by rule: an element that matters stands exactly once, and a value holds nothing but text. */
import { InvalidDocument, shown } from './invalid-document';
import { type XmlElement } from './xml';

/** The largest number of characters in a value that is read, with the white space around it. */
export const MAX_VALUE = 1_000;

/** The children of a name; in the parent's own namespace, unless another is given. */
export function childrenOf(parent: XmlElement, name: string, namespace = parent.namespace): readonly XmlElement[] {
  return parent.children.filter((child) => child.name === name && child.namespace === namespace);
}

/**
 * The one child of a name, undefined when there is none.
 * @throws InvalidDocument when there are several: taking the first would let a second one say something else.
 */
export function optionalChild(parent: XmlElement, name: string, namespace?: string): XmlElement | undefined {
  const [first, second] = childrenOf(parent, name, namespace);
  if (second !== undefined) throw new InvalidDocument(`${parent.name} must have ${name} only once`, name);
  return first;
}

/**
 * The one child of a name.
 * @throws InvalidDocument when there is none or there are several.
 */
export function onlyChild(parent: XmlElement, name: string, namespace?: string): XmlElement {
  const child = optionalChild(parent, name, namespace);
  if (child === undefined) throw new InvalidDocument(`${parent.name} must have ${name}`, name);
  return child;
}

/**
 * An element's value without surrounding white space.
 * @throws InvalidDocument when it is empty or too long, or elements stand in it.
 */
export function valueOf(element: XmlElement): string {
  if (element.children.length > 0) throw new InvalidDocument(`${element.name} must hold text only`, element.name);
  // No number, name or day is that long, and to compare megabytes would hold everybody up.
  if (element.text.length > MAX_VALUE) {
    throw new InvalidDocument(`${element.name} has more than ${MAX_VALUE} characters`, element.name);
  }
  const value = element.text.trim();
  if (value === '') throw new InvalidDocument(`${element.name} must not be empty`, element.name);
  return value;
}

/**
 * A code, compared as written.
 * @throws InvalidDocument when it is not one of those allowed.
 */
export function codeOf(element: XmlElement, allowed: ReadonlySet<string>, rule: string): string {
  const code = valueOf(element);
  if (!allowed.has(code)) throw new InvalidDocument(`${element.name} ${shown(code)} ${rule}`, element.name);
  return code;
}

/**
 * The values of elements of which there may be any number; those left empty say nothing and are passed over.
 * @throws InvalidDocument when elements stand in one, or one is too long.
 */
export function statedValues(elements: readonly XmlElement[]): readonly string[] {
  return elements
    .filter((element) => element.children.length > 0 || element.text.trim() !== '')
    .map((element) => valueOf(element));
}
