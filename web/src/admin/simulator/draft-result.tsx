import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ComparisonView } from '../../../../src/lead/distribution/simulate/schema.ts';
import { skewWords } from '../../lead/fair-bars.tsx';
import { counted } from '../../lead/words.ts';
import { BarList } from '../../ui/bar-list.tsx';
import { Card } from '../../ui/card.tsx';
import { Money } from '../../ui/money.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Time } from '../../ui/time.tsx';
import { Assumed } from './lead-tab.tsx';
import { useShown } from './use-shown.ts';

interface DraftResultProps {
  result: ComparisonView;
  /** Publish. */
  action: ReactNode;
}

/** The draft against the configuration of that time, on the same leads. */
export function DraftResult({ result, action }: DraftResultProps) {
  const { control, draft, currency } = result;
  const shown = useShown<HTMLDivElement>(result);
  if (control.leads === 0) {
    return (
      <Notice title="No lead was decided in these days">
        <p>There is nothing to try the draft on. Choose a longer time.</p>
      </Notice>
    );
  }
  return (
    <div aria-live="polite" className="flex flex-col gap-4">
      <div ref={shown} className="scroll-mt-16 scroll-mb-4">
        <Card title={answerOf(result)} aside={action}>
          <div className="flex flex-col gap-3">
            {result.read_until && (
              <Notice tone="warn" title="Not all of the time was reached">
                <p>
                  Both runs end <Time at={result.read_until} />; what came later is not counted.
                </p>
              </Notice>
            )}
            <div className="overflow-x-auto">
              <table className="w-full max-w-2xl text-sm">
                <thead>
                  <tr className="text-left text-muted text-xs">
                    <th className="py-1 font-normal">On the same leads</th>
                    <th className="py-1 text-right font-normal">As it was</th>
                    <th className="py-1 text-right font-normal">With the draft</th>
                  </tr>
                </thead>
                <tbody className="tabular-nums">
                  <Line
                    label="Leads"
                    before={control.leads.toLocaleString()}
                    after={draft.leads.toLocaleString()}
                  />
                  <Line
                    label="Sold"
                    before={control.sold.toLocaleString()}
                    after={draft.sold.toLocaleString()}
                  />
                  <Line
                    label="Unsold"
                    before={control.unsold.toLocaleString()}
                    after={draft.unsold.toLocaleString()}
                  />
                  <Line
                    label="Revenue"
                    before={<Money amount={control.revenue} currency={currency} />}
                    after={<Money amount={draft.revenue} currency={currency} />}
                  />
                </tbody>
              </table>
            </div>
          </div>
        </Card>
      </div>
      <Card title="Who gets how many" note="The bar is the draft; the line in it is what it was.">
        <BarList
          label="Leads per subscription"
          rows={result.subscriptions.map((one) => ({
            id: one.subscription_id,
            label: one.provider_name,
            note: one.level_name,
            value: one.draft.received,
            mark: one.control.received,
            tone: one.draft.received === one.control.received ? 'plain' : 'accent',
            shown: (
              <>
                {one.draft.received.toLocaleString()}
                <span className="text-muted"> was {one.control.received.toLocaleString()}</span>
              </>
            ),
          }))}
        />
      </Card>
      <Shares result={result} />
      {result.moved_examples.length > 0 && <Moved result={result} />}
      <Card>
        <Assumed sentences={result.assumed} />
        {result.left_out > 0 && (
          <p className="mt-2 text-muted text-sm">
            {counted(result.left_out, 'decision')} left out for these reasons.
          </p>
        )}
      </Card>
    </div>
  );
}

function answerOf({ moved, control }: ComparisonView): string {
  if (moved === 0) return 'Not one lead would have had other takers.';
  return `${moved.toLocaleString()} of ${counted(control.leads, 'lead')} would have had other takers.`;
}

function Line({ label, before, after }: { label: string; before: ReactNode; after: ReactNode }) {
  return (
    <tr className="border-t">
      <th scope="row" className="py-1.5 text-left font-normal">
        {label}
      </th>
      <td className="py-1.5 text-right text-muted">{before}</td>
      <td className="py-1.5 text-right font-medium">{after}</td>
    </tr>
  );
}

function Shares({ result: { subscriptions, currency } }: { result: ComparisonView }) {
  return (
    <Card title="Money and fairness" note="Skew: turns got against turns due.">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled by keyboard on a phone */}
      <section aria-label="Money and fairness" tabIndex={0} className="overflow-x-auto">
        <table className="w-full text-sm">
          <thead>
            <tr className="whitespace-nowrap text-left text-muted text-xs [&>th]:px-2 [&>th]:py-1 [&>th]:font-normal">
              <th>Subscription</th>
              <th className="text-right">Paid, as it was</th>
              <th className="text-right">Paid, with the draft</th>
              <th className="text-right">Skew, as it was</th>
              <th className="text-right">Skew, with the draft</th>
            </tr>
          </thead>
          <tbody className="tabular-nums">
            {subscriptions.map((one) => (
              <tr key={one.subscription_id} className="whitespace-nowrap border-t [&>td]:px-2 [&>td]:py-1.5">
                <td>
                  {one.provider_name} <span className="text-muted">{one.level_name}</span>
                </td>
                <td className="text-right text-muted">
                  <Money amount={one.control.spend} currency={currency} />
                </td>
                <td className="text-right">
                  <Money amount={one.draft.spend} currency={currency} />
                </td>
                <td className="text-right text-muted">{skewWords(one.control.skew)}</td>
                <td className="text-right">{skewWords(one.draft.skew)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}

const takers = (names: readonly string[]): string => (names.length === 0 ? 'nobody' : names.join(', '));

function Moved({ result: { moved, moved_examples } }: { result: ComparisonView }) {
  return (
    <Card title="Leads that move" note={`The first ${moved_examples.length} of ${moved.toLocaleString()}.`}>
      <ul className="flex flex-col divide-y rounded-control border">
        {moved_examples.map(({ lead_id, before, after }) => (
          <li key={lead_id} className="grid gap-x-4 px-3 py-1.5 text-sm sm:grid-cols-[7rem_1fr]">
            <Link
              to="/admin/leads/$leadId"
              params={{ leadId: lead_id }}
              className="w-fit rounded-sm font-mono text-xs underline decoration-line-strong underline-offset-3"
            >
              {lead_id.slice(-8)}
            </Link>
            <span className="wrap-anywhere min-w-0">
              {takers(after)} <span className="text-muted">instead of {takers(before)}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
