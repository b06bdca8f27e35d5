import type { CheckSubject, Verdict } from '../verdict.ts';

export const SHAPE_WEIGHT = 10;

/**
 * Does the form look as if a person filled it in? The form itself refuses what is malformed; this looks for
 * what is well-formed and still no request: links in free text, and names made of one letter. Both only warn:
 * a person may have a reason.
 */
export function checkShape(subject: Pick<CheckSubject, 'name' | 'texts'>): Verdict {
  const links = subject.texts.filter((text) => /https?:\/\/|www\.[a-z0-9]|\[url|<a\s/i.test(text)).length;
  const verdict = { check: 'shape', weight: SHAPE_WEIGHT };
  if (links > 0) return { ...verdict, result: 'warn', reason: 'links_in_text', facts: { links } };
  if (subject.name !== null && isOneLetter(subject.name))
    return { ...verdict, result: 'warn', reason: 'name_repeats' };
  return { ...verdict, result: 'pass' };
}

/** "aaa", "Xxx Xxx": three letters or more and all of them the same. */
function isOneLetter(name: string): boolean {
  const letters = [...name.toLowerCase().replace(/[^\p{L}]/gu, '')];
  return letters.length >= 3 && new Set(letters).size === 1;
}
