import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowUpRight } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { AnswerFacts, ContactFacts } from '../../lead/person.tsx';
import { personName } from '../../lead/words.ts';
import { Status } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Facts } from '../../ui/card.tsx';
import { Id } from '../../ui/id.tsx';
import { Money } from '../../ui/money.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { TestBand } from '../../ui/test-band.tsx';
import { Time } from '../../ui/time.tsx';
import { shownState } from './columns.tsx';
import { LeadActions } from './lead-actions.tsx';
import { LeadNotice } from './lead-notice.tsx';
import { type LeadPage, leadQuery, whyQuery } from './queries.ts';

interface LeadSheetProps {
  id: string | undefined;
  onClose: () => void;
  onPrevious?: () => void;
  onNext?: () => void;
}

/** A lead beside the list: enough to decide; Enter leads to all of it. */
export function LeadSheet({ id, onClose, ...walk }: LeadSheetProps) {
  const { data, error, refetch } = useQuery({ ...leadQuery(id ?? ''), enabled: id !== undefined });
  const lead = data?.id === id ? data : undefined;
  const open = useRef<HTMLAnchorElement>(null);
  return (
    <Sheet
      open={id !== undefined}
      onClose={onClose}
      title={lead ? personName(lead.contact) : 'Lead'}
      aside={lead && <Status kind="lead" state={shownState(lead)} />}
      initialFocus={open}
      {...walk}
      actions={
        id && (
          <>
            {lead && <LeadActions lead={lead} full={lead} />}
            <Link ref={open} to="/admin/leads/$leadId" params={{ leadId: id }} className={buttonClass()}>
              <ArrowUpRight aria-hidden />
              Open full page
            </Link>
          </>
        )
      }
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!lead && !error && <SkeletonLines lines={10} />}
      {lead && <LeadSummary lead={lead} />}
    </Sheet>
  );
}

export function LeadSummary({ lead }: { lead: LeadPage }) {
  const why = useQuery(whyQuery(lead.id, lead.decisions.length)).data?.at(-1);
  return (
    <div className="flex flex-col gap-5">
      {lead.test && <TestBand />}
      <LeadNotice lead={lead} />
      <Facts
        facts={[
          ['Id', <Id key="id" value={lead.id} what="lead id" />],
          ['Received', <Time key="at" at={lead.submitted_at} />],
          ['Niche', lead.niche_name],
          ['Source', lead.source_name ?? 'Public form'],
        ]}
      />
      <Part title="Person">
        {lead.contact?.erased_at === null ? (
          <ContactFacts contact={lead.contact} />
        ) : (
          <p className="text-muted text-sm">The data of this person have been erased.</p>
        )}
      </Part>
      <Part title="What was asked">
        <AnswerFacts answers={lead.answers} />
      </Part>
      {lead.decisions.length > 0 && (
        <Part title="Who got it">
          {why && <p className="text-sm">{why.summary}</p>}
          <ul className="flex flex-col divide-y empty:hidden">
            {lead.assignments.map((one) => (
              <li key={one.id} className="flex items-center justify-between gap-3 py-2 text-sm">
                <span className="min-w-0">
                  <span className="block truncate">{one.provider_name}</span>
                  <span className="block text-muted text-xs">{one.level_name}</span>
                </span>
                <span className="flex shrink-0 items-center gap-3">
                  <Status kind="assignment" state={one.state} />
                  <Money amount={one.charged_amount} currency={one.currency} />
                </span>
              </li>
            ))}
          </ul>
        </Part>
      )}
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2 border-t pt-4">
      <h3 className="font-medium text-base">{title}</h3>
      {children}
    </section>
  );
}
