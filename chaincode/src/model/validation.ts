/** From a schema's findings to a refusal that names the field and the rule. */
import type { z } from 'zod';
import { accept, refuse, type Result } from './result';

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}

function describe(issue: z.core.$ZodIssue): Readonly<{ field: string; rule: string }> {
  const field = fieldName(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys[0] ?? '';
    return { field: field === '' ? unknown : `${field}.${unknown}`, rule: 'is not a field of this request' };
  }
  if (issue.code === 'invalid_type' && issue.input === undefined) return { field, rule: 'is required' };
  return { field, rule: issue.message.replace(/^Invalid input: /, '') };
}

/**
 * Checks a value against a schema.
 * @returns the parsed value, or INVALID_INPUT with the first field that breaks a rule.
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown): Result<z.output<S>> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return accept(parsed.data);
  const issue = parsed.error.issues[0];
  if (issue === undefined) return refuse('INVALID_INPUT', 'the request is not valid');
  const { field, rule } = describe(issue);
  return field === ''
    ? refuse('INVALID_INPUT', `the request ${rule}`)
    : refuse('INVALID_INPUT', `${field}: ${rule}`, { field });
}
