import type { PurchaseMode } from '../../../market/campaigns/index.ts';
import type { Verdict } from '../facts.ts';
import type { Answers } from '../filters.ts';

/** What is for sale, and what a provider may see of it before it buys. Pure rules. */

/** Whether a campaign sells a lead in this state to whoever comes; seats are judged apart. */
export const sellsBy = (mode: PurchaseMode, state: string): boolean =>
  (state === 'unsold' && mode !== 'off') || (state === 'distributed' && mode === 'open_seats');

/** What stands between a provider and any purchase, and what to do. Verdicts on one person are not among them. */
const OBSTACLES: Partial<Record<Verdict, string>> = {
  stopped: 'The operator has stopped your company for the moment.',
  provider_inactive: 'Your company is not active: ask the operator.',
  provider_paused: 'Your company is paused: end the pause, then buy.',
  endpoint_down: 'Your endpoint does not answer: mend it, then buy.',
  cap_reached: 'A cap of this subscription is used up: raise it, or wait until its window ends.',
  provider_cap_reached: 'A cap of your company is used up: raise it, or wait until its window ends.',
  insufficient_funds: 'Your money does not reach: pay in, then buy.',
};

/** The sentence for an obstacle; undefined: this lead is not for this provider, and nobody is told why. */
export const obstacleOf = (verdict: Verdict): string | undefined => OBSTACLES[verdict];

export type ShownField = {
  id: string;
  label: string;
  options?: readonly { value: string; label: string }[] | undefined;
};
export type ShownAnswer = { field: string; label: string; answer: string };

/** The answers of these fields as texts, options by their label; what was not answered is left out. */
export function shownAnswers(fields: readonly ShownField[], answers: Answers): ShownAnswer[] {
  return fields.flatMap(({ id: field, label, options }) => {
    const labelOf = (value: unknown): string =>
      options?.find((option) => option.value === value)?.label ?? String(value);
    const answer = answers[field];
    if (Array.isArray(answer)) {
      return answer.length === 0 ? [] : [{ field, label, answer: answer.map(labelOf).join(', ') }];
    }
    if (typeof answer === 'boolean') return [{ field, label, answer: answer ? 'yes' : 'no' }];
    return typeof answer === 'string' || typeof answer === 'number'
      ? [{ field, label, answer: labelOf(answer) }]
      : [];
  });
}
