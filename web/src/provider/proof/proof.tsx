import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, FileCheck } from 'lucide-react';
import { useId, useState } from 'react';
import { Page } from '../../frame/page.tsx';
import { HashLine } from '../../lead/hash-line.tsx';
import { counted } from '../../lead/words.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { readLine } from './check.ts';
import { type CheckedDay, ownProofQuery, proofDaysQuery } from './queries.ts';
import { verdictWord } from './words.ts';

/** Lines that are shown; the file holds all. */
const SHOWN_MAX = 200;

/** Own part of a day's decisions, checked in this browser against the published root. */
export function ProofPage() {
  const { day: asked } = useSearch({ from: '/frame/dashboard/proof' });
  const navigate = useNavigate();
  const days = useQuery(proofDaysQuery);
  const day = asked ?? days.data?.[0]?.day;
  const published = days.data?.find((one) => one.day === day);
  return (
    <Page
      title="Proof"
      sentence="Your part of every decision of a day, checked against the number that all providers were sent."
      action={
        <div className="w-44">
          <Select
            label="Day (UTC)"
            placeholder="No day yet"
            value={day ?? null}
            choices={(days.data ?? []).map((one) => ({ value: one.day, label: one.day }))}
            onChange={(next) => void navigate({ to: '/dashboard/proof', search: { day: next } as never })}
          />
        </div>
      }
    >
      {days.error && <ProblemNotice problem={days.error} onRetry={() => void days.refetch()} />}
      {days.data?.length === 0 && (
        <Empty icon={FileCheck} title="No day has a proof yet">
          A day gets its root in the hour after its midnight, UTC.
        </Empty>
      )}
      {!days.data && !days.error && (
        <Card>
          <SkeletonLines lines={6} />
        </Card>
      )}
      {day && days.data && days.data.length > 0 && <Day day={day} published={published?.root ?? null} />}
    </Page>
  );
}

function Day({ day, published }: { day: string; published: string | null }) {
  const { data, error, refetch } = useQuery(ownProofQuery(day));
  if (error) return <ProblemNotice problem={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <Card>
        <SkeletonLines lines={8} />
      </Card>
    );
  }
  const [first] = data.pages;
  return (
    <>
      <Outcome data={data} published={published} />
      <Card
        title={`Root of ${day}`}
        note="It was sent to you by mail. Compare the two: what the mail says nobody can change any more."
        aside={
          <Button size="sm" onClick={() => save(day, data)}>
            Save as file
          </Button>
        }
      >
        <div className="flex flex-col gap-4">
          <HashLine value={first!.root} what="root" />
          <Compare key={day} root={first!.root} />
        </div>
      </Card>
      <Lines data={data} />
    </>
  );
}

function Outcome({ data, published }: { data: CheckedDay; published: string | null }) {
  const [first] = data.pages;
  const lines = data.proofs.reduce((sum, one) => sum + one.lines.length, 0);
  if (data.dayHolds === null) {
    return (
      <Notice tone="warn" title="This browser cannot check here">
        Browsers check over https only. Save the file and run <code>fairlead check-proof</code> on it.
      </Notice>
    );
  }
  const broken = data.proofs.filter(({ holds }) => !holds).length;
  if (broken > 0 || !data.dayHolds || first!.root !== published) {
    return (
      <Notice tone="bad" title="This does not check out">
        {broken > 0 && <p>{counted(broken, 'decision')} without a way to the root. </p>}
        {!data.dayHolds && <p>The root does not come from its parts. </p>}
        {first!.root !== published && <p>The root is not the one that is published. </p>}
        <p>Save the file, keep the mail of that day, and ask the operator for an explanation.</p>
      </Notice>
    );
  }
  if (lines === 0) {
    return <Notice title="You were no candidate on this day">The root itself checks out.</Notice>;
  }
  return (
    <Notice tone="good" title="It checks out">
      {counted(lines, 'line')} of {counted(data.proofs.length, 'decision')} were checked in this browser: each
      is part of the published root.
      {data.more && ' There are more; the command fairlead check-proof reads them all.'}
    </Notice>
  );
}

/** The root of the mail against the one here, so that the page need not be believed. */
function Compare({ root }: { root: string }) {
  const [text, setText] = useState('');
  const id = useId();
  const given = text.trim().toLowerCase();
  const same = given === root;
  return (
    <div className="flex max-w-xl flex-col gap-1">
      <label htmlFor={id} className="font-medium text-sm">
        Root in your mail
      </label>
      <input
        id={id}
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="Paste it here"
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
        className="h-8 w-full rounded-control border border-line-strong bg-surface-1 px-2 font-mono text-xs"
      />
      <p aria-live="polite" className="min-h-5 text-sm">
        {given !== '' &&
          (same ? (
            <Badge tone="good" icon={CircleCheck}>
              The same
            </Badge>
          ) : (
            <Badge tone="bad" icon={CircleAlert}>
              Not the same
            </Badge>
          ))}
      </p>
    </div>
  );
}

function Lines({ data }: { data: CheckedDay }) {
  const rows = data.proofs.flatMap((one) => one.lines.map((line) => ({ ...one, ...readLine(line.text) })));
  if (rows.length === 0) return null;
  return (
    <Card
      flush
      title="Your lines"
      note="What was decided about you, and where you stood in the order before. Of others there is nothing here."
    >
      <ul className="divide-y border-t text-sm">
        {rows.slice(0, SHOWN_MAX).map((row) => (
          <li
            key={`${row.niche_id} ${row.seq} ${row.subscription}`}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2"
          >
            <span className="min-w-40 flex-1">
              {row.niche} <span className="text-muted tabular-nums">decision {row.seq}</span>
            </span>
            <span className="min-w-40 flex-1">{verdictWord(row.verdict)}</span>
            <span className="min-w-44 flex-1 text-muted tabular-nums">
              {row.lastReceipt === null ? 'never received before' : `last receipt number ${row.lastReceipt}`}
            </span>
            {row.holds !== null && (
              <Badge tone={row.holds ? 'good' : 'bad'} icon={row.holds ? CircleCheck : CircleAlert}>
                {row.holds ? 'Checks out' : 'Does not lead to the root'}
              </Badge>
            )}
          </li>
        ))}
      </ul>
      {rows.length > SHOWN_MAX && (
        <p className="border-t px-4 py-2 text-muted text-sm">
          {rows.length - SHOWN_MAX} more were checked and are in the file.
        </p>
      )}
    </Card>
  );
}

function save(day: string, { pages }: CheckedDay): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(pages, null, 1)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `fairlead-proof-${day}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
