import { XMLParser } from 'fast-xml-parser';

/**
 * What a receiver's answer means, as its owner describes it: a set of statuses, then a dotted path into JSON or XML
 * and a comparison. There are no regular expressions and no XPath: rules are a provider's text run in our process.
 */

export const RULE_KINDS = ['accepted', 'rejected', 'duplicate', 'reference'] as const;
export const RULE_TESTS = ['equals', 'in', 'contains', 'exists'] as const;
export const RULES_MAX = 20;
export const RULE_LENGTH_MAX = 200;
const PATH_STEPS_MAX = 20;
const FOUND_LENGTH_MAX = 200;

/**
 * `status` is a set such as `200`, `2xx`, `200,201`, `400-422`. `path` is dotted (`result.items.0.code`); null means
 * the whole text. `test` null: the status alone decides. A `reference` rule only reads what stands at its path.
 */
export type ResponseRule = {
  kind: (typeof RULE_KINDS)[number];
  status: string;
  path: string | null;
  test: (typeof RULE_TESTS)[number] | null;
  value: string | readonly string[] | null;
  /** For `rejected`: where the receiver's reason stands; without it the rule's own text is used. */
  reasonPath?: string | null;
  reason?: string | null;
};

export type RuleProblem = { field: string; message: string };
/** `unreadable`: a rule asks for the body, and what came of it cannot be read. */
export type RuleFinding =
  | { kind: 'accepted' | 'duplicate' | 'none' | 'not_accepted' | 'unreadable' }
  | { kind: 'rejected'; reason: string | null };

type Answer = { status: number; body: string; complete: boolean };
/** `readable`: paths can be looked up, and what is not found is really not there. */
type Read = { text: string; tree: unknown; readable: boolean };

/** What is wrong with the rules of an endpoint, for the form where they are saved. Empty: fine. */
export function ruleProblems(rules: readonly ResponseRule[]): RuleProblem[] {
  if (rules.length > RULES_MAX) {
    return [{ field: 'response_rules', message: `At most ${RULES_MAX} rules can be set for one endpoint.` }];
  }
  return rules.flatMap((rule, at) => {
    const message = ruleProblem(rule);
    return message === null ? [] : [{ field: `response_rules.${at}`, message }];
  });
}

/** The first rule that fits decides. With `accepted` rules for this status of which none fits: `not_accepted`. */
export function applyRules(rules: readonly ResponseRule[], answer: Answer): RuleFinding {
  const asked = rules.filter((rule) => rule.kind !== 'reference' && statusFits(rule.status, answer.status));
  if (asked.length === 0) return { kind: 'none' };
  const read = readAnswer(answer);
  for (const rule of asked) {
    if (!fits(rule, read)) {
      // A cut or foreign body must not decide by what is missing in it.
      if (rule.test !== null && !(rule.path === null ? answer.complete : read.readable))
        return { kind: 'unreadable' };
      continue;
    }
    if (rule.kind === 'rejected') return { kind: 'rejected', reason: reasonOf(rule, read) };
    if (rule.kind === 'accepted' || rule.kind === 'duplicate') return { kind: rule.kind };
  }
  return { kind: asked.some((rule) => rule.kind === 'accepted') ? 'not_accepted' : 'none' };
}

/** The receiver's own number of the lead, from the first `reference` rule that finds one. */
export function findReference(rules: readonly ResponseRule[], answer: Answer): string | null {
  const asked = rules.filter((rule) => rule.kind === 'reference' && statusFits(rule.status, answer.status));
  if (asked.length === 0) return null;
  const read = readAnswer(answer);
  for (const rule of asked) {
    const found = shown(valueAt(rule.path, read));
    if (found !== null) return found;
  }
  return null;
}

/** `200`, `2xx`, `200,201`, `400-422`, blanks allowed. */
export function statusFits(set: string, status: number): boolean {
  return set.split(',').some((part) => {
    const text = part.trim().toLowerCase();
    if (/^[1-5]xx$/.test(text)) return Math.floor(status / 100) === Number(text[0]);
    const [, from, to] = /^(\d{3})(?:-(\d{3}))?$/.exec(text) ?? [];
    return from !== undefined && status >= Number(from) && status <= Number(to ?? from);
  });
}

function ruleProblem(rule: ResponseRule): string | null {
  if (!RULE_KINDS.includes(rule.kind)) return `A rule is one of ${RULE_KINDS.join(', ')}.`;
  const values = rule.value === null ? [] : typeof rule.value === 'string' ? [rule.value] : rule.value;
  const texts = [rule.status, rule.path, rule.reasonPath, rule.reason, ...values];
  const length = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
  if (length > RULE_LENGTH_MAX) return `A rule may have at most ${RULE_LENGTH_MAX} characters in all.`;
  if (!/^\s*([1-5]xx|\d{3}(-\d{3})?)\s*(,\s*([1-5]xx|\d{3}(-\d{3})?)\s*)*$/i.test(rule.status)) {
    return 'Write the statuses like 200, 2xx, 200,201 or 400-422.';
  }
  for (const path of [rule.path, rule.reasonPath]) {
    if (typeof path === 'string' && (path === '' || path.split('.').length > PATH_STEPS_MAX)) {
      return `A path has 1 to ${PATH_STEPS_MAX} steps, separated by full stops.`;
    }
  }
  if (rule.kind === 'reference') return rule.path === null ? 'A reference rule needs a path.' : null;
  if (rule.test === null) return null;
  if (!RULE_TESTS.includes(rule.test)) return `A comparison is one of ${RULE_TESTS.join(', ')}.`;
  if (rule.test === 'in')
    return Array.isArray(rule.value) ? null : 'The comparison "in" needs a list of values.';
  if (rule.test === 'exists') return rule.path === null ? 'The comparison "exists" needs a path.' : null;
  return typeof rule.value === 'string' ? null : `The comparison "${rule.test}" needs a value.`;
}

function fits(rule: ResponseRule, read: Read): boolean {
  if (rule.test === null) return true;
  const found = valueAt(rule.path, read);
  if (rule.test === 'exists') return found !== undefined && found !== null;
  const wanted = rule.value === null ? [] : typeof rule.value === 'string' ? [rule.value] : rule.value;
  if (rule.test === 'contains') {
    if (Array.isArray(found)) return found.some((each) => asText(each) === wanted[0]);
    return wanted[0] !== undefined && (asText(found)?.includes(wanted[0]) ?? false);
  }
  const text = asText(found);
  return text !== null && (rule.test === 'in' ? wanted.includes(text) : text === wanted[0]);
}

function reasonOf(rule: ResponseRule, read: Read): string | null {
  const found =
    rule.reasonPath === undefined || rule.reasonPath === null ? null : valueAt(rule.reasonPath, read);
  return shown(found) ?? rule.reason ?? null;
}

/** Own members only: a path can reach nothing but what the receiver sent. */
function valueAt(path: string | null, read: Read): unknown {
  if (path === null) return read.text.trim();
  let at: unknown = read.tree;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

function asText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    ? String(value)
    : null;
}

/** What may be stored and shown of a receiver's words: one line, at most 200 characters. */
function shown(value: unknown): string | null {
  const text = asText(value)
    ?.replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, FOUND_LENGTH_MAX);
  return text === undefined || text === '' ? null : text.toWellFormed();
}

function readAnswer({ body, complete }: Answer): Read {
  const text = body.replace(/^\ufeff/, '');
  const start = text.trimStart()[0];
  try {
    if (start === '{' || start === '[') return { text, tree: parseJson(text), readable: true };
    if (start === '<') return { text, tree: parseXml(text), readable: true };
  } catch {
    return { text, tree: null, readable: false };
  }
  return { text, tree: undefined, readable: complete && start === undefined };
}

/** Numbers stay the text they were: a reference of 20 digits must not be rounded. */
function parseJson(text: string): unknown {
  const exact = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? (context?.source ?? value) : value;
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

function parseXml(text: string): unknown {
  // A web page in place of an answer says nothing about the lead.
  if (/<!DOCTYPE|^\s*<html/i.test(text)) throw new Error('a web page is no answer');
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: true,
  });
  const tree: unknown = parser.parse(text, true);
  return tree;
}
