import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { personName } from '../../lead/words.ts';
import { useConnection } from '../../live.ts';
import { useSteadyRows } from '../../steady.ts';
import { Badge, Status } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { FreshPill } from '../../ui/fresh-pill.tsx';
import type { Connection } from '../../ui/live-dot.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { states } from '../../ui/states.ts';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Time } from '../../ui/time.tsx';
import { shownState } from '../leads/columns.tsx';
import { type LeadListItem, leadsQuery } from '../leads/queries.ts';

const SHOWN = 15;
/** More are read than shown, so that the pill can count them. */
const READ = 100;

/** Leads as they come. Rows stand still while somebody points at them or has paused the list. */
export function LiveTail() {
  const connection = useConnection();
  const [paused, setPaused] = useState(false);
  const [touched, setTouched] = useState(false);
  const { data, error, refetch } = useQuery(leadsQuery({ limit: READ }));
  const steady = useSteadyRows(data?.data, 'tail', !paused && !touched);
  const rows = steady.rows?.slice(0, SHOWN);
  return (
    <Card
      flush
      title="Leads as they come"
      note={noteOf(paused, connection)}
      aside={
        <Button size="sm" onClick={() => setPaused(!paused)}>
          {paused ? <Play aria-hidden /> : <Pause aria-hidden />}
          {paused ? 'Resume' : 'Pause'}
        </Button>
      }
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!rows && !error && (
        <div className="p-4">
          <SkeletonLines lines={6} />
        </div>
      )}
      {rows?.length === 0 && (
        <p className="px-4 pb-4 text-muted text-sm">No leads yet. The first one appears here by itself.</p>
      )}
      {rows && rows.length > 0 && (
        <>
          <div className="relative z-10 h-0 translate-y-10">
            <FreshPill count={steady.fresh} onShow={steady.showFresh} />
          </div>
          <ul
            aria-label="Leads as they come"
            className="divide-y border-t"
            onPointerEnter={() => setTouched(true)}
            onPointerLeave={() => setTouched(false)}
            onFocus={() => setTouched(true)}
            onBlur={() => setTouched(false)}
          >
            {rows.map((lead) => (
              <li key={lead.id}>
                <TailRow lead={lead} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function noteOf(paused: boolean, connection: Connection): string {
  if (connection !== 'live') return 'No connection just now: what you see may be old. We keep trying.';
  if (paused) return 'Paused: what comes in is counted.';
  return 'Live, the newest first; they wait while you point at them.';
}

function TailRow({ lead }: { lead: LeadListItem }) {
  return (
    <Link
      to="/admin/leads/$leadId"
      params={{ leadId: lead.id }}
      className="grid min-h-9 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-4 py-1 text-sm hover:bg-surface-2 focus-visible:-outline-offset-2 sm:grid-cols-[minmax(0,1fr)_12rem_minmax(0,12rem)_6rem]"
    >
      <span className="flex min-w-0 items-center gap-2 font-medium">
        <span className="truncate">{personName(lead)}</span>
        {lead.test && (
          <Badge tone="test" icon={states.mode.test.icon}>
            {states.mode.test.word}
          </Badge>
        )}
      </span>
      <span>
        <Status kind="lead" state={shownState(lead)} />
      </span>
      <span className="truncate text-muted max-sm:text-xs">{lead.niche_name}</span>
      <span className="text-right text-muted text-xs">
        <Time at={lead.submitted_at} quiet />
      </span>
    </Link>
  );
}
