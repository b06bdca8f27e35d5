import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Inbox, Pencil } from 'lucide-react';
import { useState } from 'react';
import { Refusal } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { AnswerFacts, ContactFacts } from '../../lead/person.tsx';
import { personName } from '../../lead/words.ts';
import { useRights } from '../../rights.ts';
import { Status } from '../../ui/badge.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Id } from '../../ui/id.tsx';
import { Money } from '../../ui/money.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { TestBand } from '../../ui/test-band.tsx';
import { Time } from '../../ui/time.tsx';
import { Timeline } from '../../ui/timeline.tsx';
import { ByHand } from './by-hand.tsx';
import { shownState } from './columns.tsx';
import { CorrectDialog } from './correct-dialog.tsx';
import { LeadActions } from './lead-actions.tsx';
import { LeadNotice } from './lead-notice.tsx';
import { type Decision, type LeadPage, leadQuery, whyQuery } from './queries.ts';
import { RefundDialog } from './refund-dialogs.tsx';
import { timelineOf } from './timeline-events.tsx';
import { Why } from './why.tsx';

export function LeadFullPage() {
  const { leadId } = useParams({ from: '/frame/admin/leads/$leadId' });
  const { data: lead, error, refetch } = useQuery(leadQuery(leadId));
  const why = useQuery(whyQuery(leadId, lead?.decisions.length ?? 0));
  if (error instanceof Refusal && error.status === 404) return <NoSuchLead />;
  if (!lead) {
    return (
      <Page title="Lead">
        {error ? (
          <ProblemNotice problem={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonLines lines={10} />
        )}
      </Page>
    );
  }
  return (
    <>
      {lead.test && <TestBand />}
      <Page
        title={personName(lead.contact)}
        sentence={<Head lead={lead} />}
        action={
          <div className="flex flex-wrap gap-2">
            <LeadActions lead={lead} full={lead} />
          </div>
        }
      >
        <LeadNotice lead={lead} />
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_19rem] xl:grid-cols-[minmax(0,1fr)_22rem]">
          <div className="flex min-w-0 flex-col gap-4">
            <Assignments lead={lead} />
            <ByHand lead={lead} />
            <Card
              title="Timeline"
              note="Everything that happened, oldest first. Open a line to see its details."
            >
              <Timeline label="What happened to the lead" events={timelineOf(lead, why.data)} />
            </Card>
            <WhyCard decisions={why.data} lead={lead} problem={why.error} />
          </div>
          <div className="contents flex-col gap-4 lg:flex">
            <PersonCard lead={lead} />
            <RequestCard lead={lead} />
          </div>
        </div>
      </Page>
    </>
  );
}

function NoSuchLead() {
  return (
    <Page title="Lead">
      <Empty
        icon={Inbox}
        title="There is no such lead"
        action={
          <Link to="/admin/leads" className={buttonClass()}>
            Go to the leads
          </Link>
        }
      >
        Something in the address may be missing.
      </Empty>
    </Page>
  );
}

function Head({ lead }: { lead: LeadPage }) {
  return (
    <span className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
      <Status kind="lead" state={shownState(lead)} />
      <span>{lead.niche_name}</span>
      <span>{lead.source_name ?? 'Public form'}</span>
      <Time at={lead.submitted_at} />
      <Id value={lead.id} what="lead id" />
    </span>
  );
}

function PersonCard({ lead }: { lead: LeadPage }) {
  const { contact } = lead;
  const { operate } = useRights();
  const [correcting, setCorrecting] = useState(false);
  // Later the providers have it as it is.
  const mayCorrect = operate && lead.state === 'quarantined' && contact?.erased_at === null;
  return (
    <Card
      title="Person"
      className="max-lg:order-first"
      aside={
        mayCorrect && (
          <Button size="sm" onClick={() => setCorrecting(true)}>
            <Pencil aria-hidden />
            Correct
          </Button>
        )
      }
    >
      {mayCorrect && <CorrectDialog lead={lead} open={correcting} onOpenChange={setCorrecting} />}
      {contact?.erased_at === null ? (
        <div className="flex flex-col gap-4">
          <ContactFacts contact={contact} />
          <div className="border-t pt-4">
            <AnswerFacts answers={lead.answers} />
          </div>
        </div>
      ) : (
        <p className="text-muted text-sm">The data of this person have been erased.</p>
      )}
    </Card>
  );
}

const typeWords: Readonly<Record<string, string>> = { premium: 'Premium', raw: 'Ordinary' };
const confirmers: Readonly<Record<string, string>> = {
  source: 'by the source',
  submitter: 'by the person',
  operator: 'by an operator',
};

function RequestCard({ lead }: { lead: LeadPage }) {
  return (
    <Card title="Request">
      <Facts
        facts={[
          ['Niche', lead.niche_name],
          ['Campaign', lead.campaign_name],
          ['Source', lead.source_name ?? 'Public form'],
          ...(lead.lead_type ? [['Type', typeWords[lead.lead_type] ?? lead.lead_type] as const] : []),
          ...(lead.score === null ? [] : [['Score', `${lead.score} of 100`] as const]),
          ...(lead.confirmed_at
            ? [
                [
                  'Confirmed',
                  <span key="confirmed">
                    {confirmers[(lead.confirmed_by ?? '').split(/[: ]/)[0] ?? ''] ?? ''}{' '}
                    <Time at={lead.confirmed_at} />
                  </span>,
                ] as const,
              ]
            : []),
          ...(lead.expires_at && !lead.ended_at
            ? [['Expires', <Time key="expires" at={lead.expires_at} />] as const]
            : []),
          ['Form', `version ${lead.schema_version}`],
          ['Lead id', <Id key="id" value={lead.id} what="lead id" />],
        ]}
      />
    </Card>
  );
}

/** Who has it, for how much, and the one button that gives it back. */
function Assignments({ lead }: { lead: LeadPage }) {
  const rights = useRights();
  const [refunding, setRefunding] = useState<LeadPage['assignments'][number]>();
  if (lead.assignments.length === 0) return null;
  const mayRefund = rights.operate || rights.money;
  return (
    <Card title="Who has it" flush>
      <ul aria-label="Assignments" className="divide-y border-t">
        {lead.assignments.map((one) => {
          const delivery = lead.deliveries.findLast(({ assignment_id }) => assignment_id === one.id);
          return (
            <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 text-sm">
              <span className="min-w-40 flex-1">
                <Link
                  to="/admin/providers/$providerId"
                  params={{ providerId: one.provider_id }}
                  className="block truncate font-medium hover:underline"
                >
                  {one.provider_name}
                </Link>
                <span className="block text-muted text-xs">
                  {one.level_name}
                  {one.refund_reason && `; ${one.refund_reason}`}
                </span>
              </span>
              <Status kind="assignment" state={one.state} />
              {delivery && <Status kind="delivery" state={delivery.state} />}
              <span className="w-24 text-right">
                <Money amount={one.charged_amount} currency={one.currency} />
              </span>
              {mayRefund && (
                <Button
                  size="sm"
                  className="w-20"
                  disabled={one.state !== 'charged'}
                  onClick={() => setRefunding(one)}
                >
                  Refund
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      <RefundDialog assignment={refunding} onClose={() => setRefunding(undefined)} />
    </Card>
  );
}

interface WhyCardProps {
  lead: LeadPage;
  decisions: readonly Decision[] | undefined;
  problem: Error | null;
}

function WhyCard({ lead, decisions, problem }: WhyCardProps) {
  if (lead.decisions.length === 0) {
    return (
      <Card title="Why">
        <p className="text-muted text-sm">
          It has not been offered to anybody yet. Once it is, this says who got it, who did not, and why.
        </p>
      </Card>
    );
  }
  if (problem) return <ProblemNotice problem={problem} />;
  if (!decisions) {
    return (
      <Card title="Why">
        <SkeletonLines lines={6} />
      </Card>
    );
  }
  // As the API has them: the newest first.
  const newest = decisions;
  return (
    <Card
      title="Why"
      note={
        newest.length > 1 ? `It was offered ${newest.length} times; the last time comes first.` : undefined
      }
      aside={
        <Link
          to="/admin/simulator"
          search={{ niche_id: lead.niche_id, lead_id: lead.id } as never}
          className="shrink-0 rounded-sm text-sm underline decoration-line-strong underline-offset-3 hover:decoration-text"
        >
          Try it now
        </Link>
      }
    >
      {newest.length === 1 ? (
        <Why decision={newest[0]!} />
      ) : (
        <Tabs
          label="Each time it was offered"
          tabs={newest.map((decision, index) => ({
            value: decision.seq,
            label: index === 0 ? 'Last' : `Time ${newest.length - index}`,
            content: <Why decision={decision} />,
          }))}
        />
      )}
    </Card>
  );
}
