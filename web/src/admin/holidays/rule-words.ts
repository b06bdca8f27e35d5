import { dateWords } from '../../market/words.ts';

const dayAndMonth = (text: string): string =>
  new Date(`2000-${text}T12:00:00Z`).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });

/** "25 December", "39 days after Easter Sunday", "First Monday from 1 September on"; null for what is no rule. */
export function ruleWords(rule: string): string | null {
  if (/^\d{4}-\d\d-\d\d$/.test(rule)) return isReal(rule) ? `${dateWords(rule)}, once` : null;
  const easter = /^easter(?:([+-])(\d{1,3}))?$/.exec(rule);
  if (easter) {
    const days = Number(easter[2] ?? 0);
    if (days === 0) return 'Easter Sunday';
    return `${days} ${days === 1 ? 'day' : 'days'} ${easter[1] === '-' ? 'before' : 'after'} Easter Sunday`;
  }
  const yearly = /^(?:(mon|tues|wednes|thurs|fri|satur|sun)day from )?(\d\d-\d\d)$/.exec(rule);
  if (!yearly || !isReal(`2000-${yearly[2]}`)) return null;
  const date = dayAndMonth(yearly[2]!);
  if (yearly[1] === undefined) return date;
  return `First ${yearly[1][0]!.toUpperCase()}${yearly[1].slice(1)}day from ${date} on`;
}

function isReal(date: string): boolean {
  const at = new Date(`${date}T12:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date);
}
