/**
 * What a text may hold before it is stored or shown. PostgreSQL refuses NUL and lone surrogates with an error
 * of its own; control and direction characters make one text look like another.
 */

export type TextReason =
  | 'not_a_text'
  | 'too_long'
  | 'nul_character'
  | 'broken_character'
  | 'control_character'
  | 'direction_character';

export type TextRule = {
  /** UTF-16 units, as JavaScript counts: never less than what PostgreSQL counts. */
  maxLength: number;
  /** Line breaks and tabs are allowed. */
  multiline?: boolean;
  /** Refuse the characters that turn the direction of writing (names, labels, subjects). */
  plain?: boolean;
};

const CONTROL = /[\p{Cc}\u2028\u2029\ufeff]/u;
const CONTROL_MULTILINE = /(?![\n\r\t])[\p{Cc}\ufeff]/u;
/** Embeddings, overrides, isolates and marks; zero-width blanks hide inside names in the same way. */
const DIRECTION = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f]/;

/**
 * Why a value cannot be taken as text, or null when it can. The length is looked at first, so 1 MiB costs
 * nothing.
 */
export function textProblem(value: unknown, rule: TextRule): TextReason | null {
  if (typeof value !== 'string') return 'not_a_text';
  if (value.length > rule.maxLength) return 'too_long';
  if (value.includes('\u0000')) return 'nul_character';
  if (!value.isWellFormed()) return 'broken_character';
  if ((rule.multiline === true ? CONTROL_MULTILINE : CONTROL).test(value)) return 'control_character';
  if (rule.plain === true && DIRECTION.test(value)) return 'direction_character';
  return null;
}
