import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Inbox } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Refusal } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { Status } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { TestBand } from '../../ui/test-band.tsx';
import { Time } from '../../ui/time.tsx';
import { nameOf } from './columns.tsx';
import { Asked, Consent, Deliveries, Person, Price } from './own-lead-parts.tsx';
import { OwnLeadReason } from './own-lead-why.tsx';
import { ownLeadQuery } from './queries.ts';
import { useSeen } from './seen.ts';

export function OwnLeadFullPage() {
  const { leadId } = useParams({ from: '/frame/dashboard/leads/$leadId' });
  const { data: lead, error, refetch } = useQuery(ownLeadQuery(leadId));
  const opened = useRef(useSeen().markOpened);
  useEffect(() => {
    if (lead) opened.current(lead.assignment_id);
  }, [lead]);
  if (error instanceof Refusal && error.status === 404) {
    return (
      <Page title="Lead">
        <Empty
          icon={Inbox}
          title="You have no such lead"
          action={
            <Link to="/dashboard/leads" className={buttonClass()}>
              Go to your leads
            </Link>
          }
        >
          The link may belong to another company.
        </Empty>
      </Page>
    );
  }
  if (!lead) {
    return (
      <Page title="Lead">
        {error ? (
          <ProblemNotice problem={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonLines lines={8} />
        )}
      </Page>
    );
  }
  return (
    <>
      {lead.test && <TestBand>Test: no real person, and nothing is charged.</TestBand>}
      <Page
        title={nameOf(lead)}
        sentence={
          <span className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
            <Status kind="assignment" state={lead.state} />
            <span>{lead.niche_name}</span>
            <Time at={lead.assigned_at} />
          </span>
        }
      >
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-4">
            <Card title="Person">
              <Person lead={lead} />
            </Card>
            <Card title="What they want">
              <Asked lead={lead} />
            </Card>
          </div>
          <div className="flex min-w-0 flex-col gap-4">
            <Card title="Price">
              <Price lead={lead} />
            </Card>
            <Card title="Why it came to you">
              <OwnLeadReason leadId={lead.id} />
            </Card>
            <Card title="Delivery to your system">
              <Deliveries deliveries={lead.deliveries} />
            </Card>
            <Card title="What they agreed to">
              <Consent consent={lead.consent} />
            </Card>
          </div>
        </div>
      </Page>
    </>
  );
}
