import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

interface Fact {
  /** What is compared: "Budget". */
  what: string;
  /** What the lead has. */
  lead: ReactNode;
  /** What the rule asks for. */
  rule: ReactNode;
}

export interface ReasonGroup {
  /** How many providers (or leads) fell under this reason. */
  count: number;
  /** In words: "had reached their daily cap". */
  reason: string;
  /** Whom it concerns; shown when the group is opened. */
  who?: readonly ReactNode[];
  facts?: readonly Fact[];
}

interface ExplanationProps {
  /** First the answer, in one sentence. */
  answer: ReactNode;
  groups?: readonly ReasonGroup[];
  /** What would change the answer. */
  change?: ReactNode;
}

/** Answer, reasons grouped and counted, facts compared, and what would change it; in this order. */
export function Explanation({ answer, groups = [], change }: ExplanationProps) {
  const sorted = [...groups].sort((a, b) => b.count - a.count);
  return (
    <div className="flex flex-col gap-3 text-base">
      <p className="font-medium">{answer}</p>
      {sorted.length > 0 && (
        <ul className="flex flex-col divide-y rounded-control border">
          {sorted.map((group) => (
            <li key={group.reason}>
              <Reason group={group} />
            </li>
          ))}
        </ul>
      )}
      {change && (
        <p className="text-muted text-sm">
          <span className="font-medium text-text">What would change it: </span>
          {change}
        </p>
      )}
    </div>
  );
}

function Reason({ group }: { group: ReasonGroup }) {
  const line = (
    <>
      <span className="w-6 shrink-0 text-right font-medium tabular-nums">{group.count}</span>
      <span className="min-w-0 flex-1">{group.reason}</span>
    </>
  );
  if (!group.who?.length && !group.facts?.length)
    return <div className="flex gap-3 px-3 py-1.5 text-sm">{line}</div>;
  return (
    <details className="group/reason">
      <summary className="flex cursor-default list-none items-center gap-3 px-3 py-1.5 text-sm hover:bg-surface-2 focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden">
        {line}
        <ChevronRight
          aria-hidden
          className="size-3.5 text-faint transition-[rotate] group-open/reason:rotate-90"
        />
      </summary>
      <div className="flex flex-col gap-2 pr-3 pb-3 pl-12 text-sm">
        {group.facts && group.facts.length > 0 && <FactsCompared facts={group.facts} />}
        {group.who && <p className="text-muted">{group.who.map((name, i) => [i > 0 && ', ', name])}</p>}
      </div>
    </details>
  );
}

function FactsCompared({ facts }: { facts: readonly Fact[] }) {
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="text-left text-muted text-xs">
          <th className="py-1 font-normal">Compared</th>
          <th className="py-1 font-normal">Lead</th>
          <th className="py-1 font-normal">Rule</th>
        </tr>
      </thead>
      <tbody>
        {facts.map((fact) => (
          <tr key={fact.what} className="border-t">
            <td className="py-1 pr-3">{fact.what}</td>
            <td className="py-1 pr-3 tabular-nums">{fact.lead}</td>
            <td className="py-1 tabular-nums">{fact.rule}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
