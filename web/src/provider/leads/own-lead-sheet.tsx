import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowUpRight } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { Status } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { TestBand } from '../../ui/test-band.tsx';
import { nameOf } from './columns.tsx';
import { Asked, Person, Price } from './own-lead-parts.tsx';
import { ownLeadQuery } from './queries.ts';

interface OwnLeadSheetProps {
  id: string | undefined;
  onClose: () => void;
  onPrevious?: () => void;
  onNext?: () => void;
}

/** A lead beside the list: who to call and what they want. */
export function OwnLeadSheet({ id, onClose, ...walk }: OwnLeadSheetProps) {
  const { data, error, refetch } = useQuery({ ...ownLeadQuery(id ?? ''), enabled: id !== undefined });
  const lead = data?.id === id ? data : undefined;
  const open = useRef<HTMLAnchorElement>(null);
  return (
    <Sheet
      open={id !== undefined}
      onClose={onClose}
      title={lead ? nameOf(lead) : 'Lead'}
      aside={lead && <Status kind="assignment" state={lead.state} />}
      initialFocus={open}
      {...walk}
      actions={
        id && (
          <Link ref={open} to="/dashboard/leads/$leadId" params={{ leadId: id }} className={buttonClass()}>
            <ArrowUpRight aria-hidden />
            Open full page
          </Link>
        )
      }
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!lead && !error && <SkeletonLines lines={10} />}
      {lead && (
        <div className="flex flex-col gap-5">
          {lead.test && <TestBand>Test: no real person, and nothing is charged.</TestBand>}
          <Person lead={lead} />
          <Part title="What they want">
            <Asked lead={lead} />
          </Part>
          <Part title="Price">
            <Price lead={lead} />
          </Part>
        </div>
      )}
    </Sheet>
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
