import { Link } from '@tanstack/react-router';
import type { CarriedTerms } from '../../../../../src/market/subscriptions/schema.ts';
import type { FormField } from '../../../market/words.ts';
import { Badge } from '../../../ui/badge.tsx';
import { linkClass } from '../../../ui/link.ts';
import { Notice } from '../../../ui/notice.tsx';
import type { Tone } from '../../../ui/states.ts';

type Left = CarriedTerms['left'][number];
type Moved = CarriedTerms['moved'][number];

const EFFECTS: Record<Left['effect'], { tone: Tone; word: string; note: string }> = {
  none_pass: { tone: 'bad', word: 'Gets no new lead', note: 'until somebody changes it' },
  not_asked: { tone: 'warn', word: 'Asks nothing', note: 'of new leads on this' },
  as_before: { tone: 'neutral', word: 'Judges as before', note: 'by the old values' },
};

interface PreviewProps {
  carried: CarriedTerms;
  former: readonly FormField[];
  next: readonly FormField[];
}

/** Whose filters go along by themselves, whose cannot, and what that does to them. */
export function ActivationPreview({ carried, former, next }: PreviewProps) {
  const labelOf = (id: string) => [...former, ...next].find((field) => field.id === id)?.label ?? id;
  const newLabelOf = (id: string) => [...next, ...former].find((field) => field.id === id)?.label ?? id;
  const left = bySubscription(carried.left);
  const moved = bySubscription(carried.moved);
  if (carried.left_count === 0 && carried.moved_count === 0) {
    return (
      <Notice tone="good" title="No subscription is touched">
        Every filter and every required field is still in the form.
      </Notice>
    );
  }
  return (
    <div className="flex flex-col gap-5">
      {carried.left_count === 0 && (
        <Notice tone="good" title="Everything goes along by itself">
          Nobody has to do anything.
        </Notice>
      )}
      {carried.left_count > 0 && (
        <section aria-label="Cannot go along" className="flex flex-col gap-2">
          <h3 className="font-medium text-sm">
            Cannot go along <span className="text-muted tabular-nums">{carried.left_count}</span>
          </h3>
          <p className="text-muted text-sm">They stay as they are, and each provider gets one mail.</p>
          <ul className="flex flex-col divide-y rounded-control border">
            {left.map(([id, rows]) => (
              <li key={id} className="flex flex-col gap-2 px-3 py-2.5 text-sm">
                <SubscriptionLink {...rows[0]!} />
                {rows.map((row) => (
                  <LeftLine key={`${row.what} ${row.field}`} row={row} label={labelOf(row.field)} />
                ))}
              </li>
            ))}
          </ul>
          <More shown={carried.left.length} all={carried.left_count} />
        </section>
      )}
      {carried.moved_count > 0 && (
        <section aria-label="Go along by themselves" className="flex flex-col gap-2">
          <h3 className="font-medium text-sm">
            Go along by themselves <span className="text-muted tabular-nums">{carried.moved_count}</span>
          </h3>
          <ul className="flex flex-col divide-y rounded-control border">
            {moved.map(([id, rows]) => (
              <li key={id} className="flex flex-col gap-0.5 px-3 py-2.5 text-sm">
                <SubscriptionLink {...rows[0]!} />
                {rows.map((row) => (
                  <span key={`${row.what} ${row.from}`} className="text-muted">
                    {movedWords(row, labelOf(row.from), newLabelOf(row.to))}
                  </span>
                ))}
              </li>
            ))}
          </ul>
          <More shown={carried.moved.length} all={carried.moved_count} />
        </section>
      )}
    </div>
  );
}

const bySubscription = <T extends { subscription_id: string }>(rows: readonly T[]): [string, T[]][] => [
  ...Map.groupBy(rows, (row) => row.subscription_id),
];

type Whose = Pick<Left, 'subscription_id' | 'provider_id' | 'provider_name' | 'level_name'>;

function SubscriptionLink({ subscription_id, provider_id, provider_name, level_name }: Whose) {
  return (
    <Link
      to="/admin/providers/$providerId"
      params={{ providerId: provider_id }}
      search={{ tab: 'subscriptions', open: subscription_id }}
      className={`wrap-anywhere w-fit font-medium ${linkClass}`}
    >
      {provider_name}, {level_name}
    </Link>
  );
}

const LEFT_WORDS: Record<Left['what'], (label: string) => string> = {
  filter: (label) => `Filter on ${label}`,
  required_field: (label) => `Requires ${label}`,
  endpoint_field: (label) => `Its endpoint requires ${label}`,
};

function LeftLine({ row, label }: { row: Left; label: string }) {
  const { tone, word, note } = EFFECTS[row.effect];
  return (
    <div className="flex flex-col gap-1">
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        {LEFT_WORDS[row.what](label)}
        <Badge tone={tone}>{word}</Badge>
        <span className="text-muted text-xs">{note}</span>
      </span>
      <span className="wrap-anywhere text-muted text-xs">{row.why}</span>
    </div>
  );
}

const movedWords = ({ what, from, to }: Moved, label: string, newLabel: string): string => {
  const thing = what === 'filter' ? 'Filter on' : 'Requires';
  if (from === to) return `${thing} ${label}: its choices have new values`;
  const [old, now] = label === newLabel ? [from, to] : [label, newLabel];
  return `${thing} ${old} goes to ${now}`;
};

function More({ shown, all }: { shown: number; all: number }) {
  if (all <= shown) return null;
  return <p className="text-muted text-sm tabular-nums">and {(all - shown).toLocaleString()} more</p>;
}
