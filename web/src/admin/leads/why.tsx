import { CircleCheck, CircleMinus, CircleX } from 'lucide-react';
import { useState } from 'react';
import { counted } from '../../lead/words.ts';
import { toneText } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Explanation, type ReasonGroup } from '../../ui/explanation.tsx';
import { Time } from '../../ui/time.tsx';
import type { Decision } from './queries.ts';

/** What a verdict says about all to whom it applies; past tense, so that it fits one and many. */
const groupSentences: Readonly<Record<string, string>> = {
  chosen: 'took it',
  no_seat: 'could have had it, but no seat was left',
  already_has_lead: 'had it already at another level',
  suppressed: 'did not want this person',
  provider_inactive: 'had been switched off',
  provider_paused: 'had paused everything',
  subscription_paused: 'had paused the subscription',
  too_old: 'wanted fresher leads',
  endpoint_down: 'could not be reached at that time',
  outside_hours: 'had closed at that time',
  cap_reached: 'had used up a cap or budget',
  ratio: 'waited for leads of the other type',
  stopped: 'had been stopped by an operator',
  blocked: 'were kept from this lead by an operator',
  same_person: 'had this person a short time ago',
  away: 'were away',
  paced: 'had used their even share so far',
  provider_cap_reached: 'had used up a cap over all subscriptions',
  insufficient_funds: 'did not have enough money',
  country: 'took leads of other countries only',
  campaign: 'did not take leads of this campaign',
  filter: 'had a filter that did not match',
  required_fields: 'needed an answer that was not given',
};

const listWords = new Intl.ListFormat('en', { type: 'conjunction' });

function answerOf({ candidates, outcome, test, kind, given }: Decision, tried: boolean): string {
  const takers = candidates.filter(({ verdict }) => verdict === 'chosen').map((one) => one.provider_name);
  if (tried) return `${takers.length === 0 ? 'Nobody' : listWords.format(takers)} would take this lead.`;
  if (given) return `Given by hand to ${listWords.format(takers)} by ${given.by}: ${given.reason}`;
  if (kind === 'purchase') return `${listWords.format(takers)} bought it in the store.`;
  if (kind === 'second')
    return `A freed seat was offered again. ${takers.length === 0 ? 'Nobody' : listWords.format(takers)} took it.`;
  if (takers.length === 0)
    return outcome === 'unsold' ? 'Nobody took this lead.' : 'Nobody new took this lead.';
  return `${listWords.format(takers)} took this ${test ? 'test lead' : 'lead'}.`;
}

function groupsOf(decision: Decision): ReasonGroup[] {
  const named = [
    ...decision.candidates.map(({ verdict, provider_name }) => ({ reason: verdict, name: provider_name })),
    ...decision.excluded.map(({ check, provider_name }) => ({ reason: check, name: provider_name })),
  ];
  return decision.groups.map(({ reason, word, count }) => {
    const who = named.filter((one) => one.reason === reason).map(({ name }) => name);
    return { count, reason: groupSentences[reason] ?? word, ...(who.length > 0 ? { who } : {}) };
  });
}

/** Why each subscription did or did not get the lead: answer, reasons counted, then everybody by name. */
export function Why({ decision, tried = false }: { decision: Decision; tried?: boolean }) {
  const { candidates, excluded, levels, turn_before, turn_after, retry_at } = decision;
  const hidden = decision.not_shown.candidates + decision.not_shown.excluded;
  return (
    <div className="flex flex-col gap-5">
      <Explanation
        answer={answerOf(decision, tried)}
        groups={groupsOf(decision)}
        {...(retry_at
          ? {
              change: (
                <>
                  It is offered again <Time at={retry_at} />, when more may be open.
                </>
              ),
            }
          : {})}
      />
      <section className="flex flex-col gap-2">
        <h3 className="font-medium text-base">Seats and turn</h3>
        <ul className="flex flex-col gap-1.5">
          {levels.map((level) => (
            <li key={level.id} className="flex items-center gap-3 text-sm">
              <span className="min-w-0 flex-1 truncate">{level.name}</span>
              <Seats seats={level.seats} taken={level.taken} />
              <span className="w-28 text-right text-muted tabular-nums">
                {level.seats === 0 ? 'no seat left' : `${level.taken} of ${counted(level.seats, 'seat')}`}
              </span>
            </li>
          ))}
        </ul>
        {(turn_before || turn_after) && (
          <p className="text-muted text-sm">
            Turn before: {turn_before ?? 'none'}. Turn after: {turn_after ?? 'none'}.
          </p>
        )}
      </section>
      <People
        title="Who could have had it"
        empty="Nobody’s rules matched this lead."
        rows={candidates.map((one) => ({
          id: one.subscription_id,
          name: one.provider_name,
          level: one.level_name,
          sentence: one.sentence,
          mark: one.verdict === 'chosen' ? 'took' : 'not',
          facts: factsOf(one),
        }))}
      />
      {excluded.length > 0 && (
        <People
          title="Whose rules did not match"
          empty=""
          rows={excluded.map((one) => ({
            id: one.subscription_id,
            name: one.provider_name,
            level: one.level_name,
            sentence: one.sentence,
            mark: 'out',
            facts: '',
          }))}
        />
      )}
      {hidden > 0 && (
        <p className="text-muted text-sm">
          {counted(hidden, 'more subscription')} not listed one by one; the reasons above count all of them.
        </p>
      )}
    </div>
  );
}

const SEATS_DRAWN_MAX = 12;

function Seats({ seats, taken }: { seats: number; taken: number }) {
  if (seats > SEATS_DRAWN_MAX) return null;
  return (
    <span aria-hidden className="flex gap-1">
      {Array.from({ length: seats }, (_, seat) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a seat is nothing but its place
          key={seat}
          className={
            seat < taken ? 'h-2.5 w-4 rounded-sm bg-good' : 'h-2.5 w-4 rounded-sm border border-line-strong'
          }
        />
      ))}
    </span>
  );
}

/** What decides among those who could have it: how many they had that day, and when it was their turn last. */
function factsOf({ received_before, last_receipt }: Decision['candidates'][number]): string {
  const today = received_before === null ? '' : `${counted(received_before, 'lead')} that day before`;
  const place = last_receipt === null ? 'never had one' : `last one was no. ${last_receipt.toLocaleString()}`;
  return [today, place].filter(Boolean).join('; ');
}

interface Row {
  id: string;
  name: string;
  level: string;
  sentence: string;
  mark: 'took' | 'not' | 'out';
  facts: string;
}

const marks = {
  took: [CircleCheck, 'good', 'Got it'],
  not: [CircleX, 'warn', 'Did not get it'],
  out: [CircleMinus, 'neutral', 'No candidate'],
} as const;

/** More than this many are shown when asked for. */
const ROWS_AT_ONCE = 20;

function People({ title, rows, empty }: { title: string; rows: readonly Row[]; empty: string }) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, ROWS_AT_ONCE);
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-medium text-base">
        {title} <span className="font-normal text-muted tabular-nums">{rows.length}</span>
      </h3>
      {rows.length === 0 && <p className="text-muted text-sm">{empty}</p>}
      <ul aria-label={title} className="flex flex-col divide-y rounded-control border empty:hidden">
        {shown.map((row) => {
          const [Icon, tone, word] = marks[row.mark];
          return (
            <li key={row.id} className="flex items-start gap-3 px-3 py-2 text-sm">
              <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${toneText[tone]}`} />
              <div className="grid min-w-0 flex-1 gap-x-4 gap-y-0.5 sm:grid-cols-[minmax(8rem,13rem)_1fr]">
                <span className="min-w-0">
                  <span className="sr-only">{word}: </span>
                  <span className="block font-medium">{row.name}</span>
                  <span className="block text-muted text-xs">{row.level}</span>
                </span>
                <span className="min-w-0">
                  <span className="wrap-anywhere block">{row.sentence}</span>
                  {row.facts && <span className="block text-faint text-xs tabular-nums">{row.facts}</span>}
                </span>
              </div>
            </li>
          );
        })}
      </ul>
      {rows.length > shown.length && (
        <Button size="sm" className="self-start" onClick={() => setAll(true)}>
          Show all {rows.length.toLocaleString()}
        </Button>
      )}
    </section>
  );
}
