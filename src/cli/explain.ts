import { Refusal } from '../kernel/errors.ts';
import { type ExplainedDecisions, explainWithin, simulateWithin } from '../lead/distribution/index.ts';
import { asAuditor } from '../platform/auditor.ts';
import { StartupError } from '../platform/startup-error.ts';

/**
 * `fairlead explain LEAD`: what the lead's page says under "Why", for the terminal. It reads as the auditor, in one
 * snapshot, and changes nothing.
 * @throws StartupError `lead_not_found`, `decision_unexplainable`
 */
export async function runExplain(options: {
  ownerUrl: string;
  lead: string;
  print: (line: string) => void;
}): Promise<void> {
  const explained = await asAuditor(options.ownerUrl, (tx) => explainWithin(tx, options.lead)).catch(
    inPlainWords,
  );
  for (const line of explanationLines(explained)) options.print(line);
}

/**
 * `fairlead simulate --lead ID`: who would get this lead if it came now. The engine on the present configuration and
 * facts, as the auditor: nothing can be written.
 * @throws StartupError `lead_not_found`
 */
export async function runSimulate(options: {
  ownerUrl: string;
  lead: string;
  print: (line: string) => void;
}): Promise<void> {
  const dry = await asAuditor(options.ownerUrl, (tx) => simulateWithin(tx, { leadId: options.lead })).catch(
    inPlainWords,
  );
  const { explanation, assumed, nicheName } = dry;
  const [, head = '', ...rest] = decisionLines(explanation);
  const tried = head.replace(/^Decision 0, .*?, by/, 'Tried by');
  for (const line of [`Lead ${options.lead} (${nicheName}), as if it came now`, '', tried, ...rest])
    options.print(line);
  options.print('  Assumed:');
  for (const sentence of assumed) options.print(`    ${sentence}`);
}

function inPlainWords(error: unknown): never {
  if (error instanceof Refusal) throw new StartupError(error.code, error.message);
  throw error;
}

type Decided = ExplainedDecisions['decisions'][number];

/** Oldest decision first, as it happened. */
export function explanationLines({ lead_id, decisions }: ExplainedDecisions): string[] {
  if (decisions.length === 0) {
    return [`Lead ${lead_id} has not been decided yet: nobody was asked. Its page shows where it waits.`];
  }
  return [`Lead ${lead_id}`, ...decisions.toReversed().flatMap(decisionLines)];
}

function decisionLines(one: Decided): string[] {
  const at = one.decided_at.replace('T', ' ').replace('Z', ' UTC');
  const test = one.test ? ', a test lead' : '';
  const seats = one.levels.map(({ name, seats, taken }) =>
    seats === 0 ? `${name} no seat left` : `${name} ${taken} of ${seats}`,
  );
  const hidden = one.not_shown.candidates + one.not_shown.excluded;
  const turn =
    one.turn_before === one.turn_after ? '' : `; the turn went on to ${one.turn_after ?? 'nobody'}`;
  return [
    '',
    `Decision ${one.seq}, ${at}, by configuration ${one.config_version}: ${one.outcome}${test}`,
    `  ${one.summary}`,
    `  Seats taken: ${seats.join(', ') || 'there is no active level'}${turn}.`,
    ...(one.retry_at ? [`  Offered again ${one.retry_at.replace('T', ' ').replace('Z', ' UTC')}.`] : []),
    ...people(
      'Could have had it',
      one.candidates.map((who) => ({ ...who, mark: who.verdict === 'chosen' ? '+' : '-' })),
    ),
    ...people(
      'Rules did not match',
      one.excluded.map((who) => ({ ...who, mark: '.' })),
    ),
    ...(hidden > 0 ? [`  And ${hidden} more, counted above.`] : []),
  ];
}

type Person = { mark: string; provider_name: string; level_name: string; sentence: string };

function people(title: string, rows: readonly Person[]): string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(
    ({ mark, provider_name, level_name, sentence }) =>
      `    ${mark} ${provider_name} (${level_name}) ${sentence}`,
  );
  return [`  ${title}:`, ...lines];
}
