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
  none_pass: {
    tone: 'bad',
    word: 'Gets no new lead',
    note: 'Until somebody changes it, leads of the new form do not come.',
  },
  not_asked: {
    tone: 'warn',
    word: 'Asks nothing',
    note: 'Leads of the new form come without being asked for it.',
  },
  as_before: { tone: 'neutral', word: 'Judges as before', note: 'It goes on with the old values.' },
};

/** What keeps leads away stands first. */
const order = Object.keys(EFFECTS);

interface PreviewProps {
  carried: CarriedTerms;
  former: readonly FormField[];
  next: readonly FormField[];
}

/** First what cannot go along and what that does, then what goes by itself; each with the names it touches. */
export function ActivationPreview({ carried, former, next }: PreviewProps) {
  const labelOf = (id: string) => [...former, ...next].find((field) => field.id === id)?.label ?? id;
  const newLabelOf = (id: string) => [...next, ...former].find((field) => field.id === id)?.label ?? id;
  const left = grouped(carried.left, (row) => `${row.what} ${row.field} ${row.effect} ${row.why}`).sort(
    ([, a], [, b]) => order.indexOf(a[0]!.effect) - order.indexOf(b[0]!.effect),
  );
  const moved = grouped(carried.moved, (row) => `${row.what} ${row.from} ${row.to}`);
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
            {left.map(([key, rows]) => (
              <LeftGroup key={key} rows={rows} label={labelOf(rows[0]!.field)} />
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
            {moved.map(([key, rows]) => (
              <li key={key} className="flex flex-col gap-1.5 px-3 py-2.5 text-sm">
                {movedWords(rows[0]!, labelOf(rows[0]!.from), newLabelOf(rows[0]!.to))}
                <Subscriptions rows={rows} />
              </li>
            ))}
          </ul>
          <More shown={carried.moved.length} all={carried.moved_count} />
        </section>
      )}
    </div>
  );
}

const grouped = <T,>(rows: readonly T[], keyOf: (row: T) => string): [string, T[]][] => [
  ...Map.groupBy(rows, keyOf),
];

type Whose = Pick<Left, 'subscription_id' | 'provider_id' | 'provider_name' | 'level_name'>;

/** By name, each leading to where it is changed. */
function Subscriptions({ rows }: { rows: readonly Whose[] }) {
  const each = new Map(rows.map((row) => [row.subscription_id, row]));
  return (
    <ul className="flex flex-col gap-1">
      {[...each.values()].map((row) => (
        <li key={row.subscription_id} className="flex">
          <Link
            to="/admin/providers/$providerId"
            params={{ providerId: row.provider_id }}
            search={{ tab: 'subscriptions', open: row.subscription_id }}
            className={`wrap-anywhere ${linkClass}`}
          >
            {row.provider_name}, {row.level_name}
          </Link>
        </li>
      ))}
    </ul>
  );
}

const LEFT_WORDS: Record<Left['what'], (label: string) => string> = {
  filter: (label) => `Filter on ${label}`,
  required_field: (label) => `Requires ${label}`,
  endpoint_field: (label) => `Its endpoint requires ${label}`,
};

function LeftGroup({ rows, label }: { rows: readonly Left[]; label: string }) {
  const { what, effect, why } = rows[0]!;
  const { tone, word, note } = EFFECTS[effect];
  return (
    <li className="flex flex-col gap-1.5 px-3 py-2.5 text-sm">
      <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <span className="wrap-anywhere font-medium">{LEFT_WORDS[what](label)}</span>
        <Badge tone={tone}>{word}</Badge>
      </span>
      <span className="wrap-anywhere text-muted">
        {why} {note}
      </span>
      <Subscriptions rows={rows} />
    </li>
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
