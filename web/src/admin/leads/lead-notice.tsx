import type { ReactNode } from 'react';
import { reasonSentence } from '../../lead/words.ts';
import { useRights } from '../../rights.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Time } from '../../ui/time.tsx';
import { useRetry } from './acts.ts';
import type { LeadPage } from './queries.ts';
import { VerdictList } from './timeline-details.tsx';

/** What somebody must know before anything else: why the lead stands still, and what happens next. */
export function LeadNotice({ lead }: { lead: LeadPage }) {
  return (
    <>
      {lead.stops.map((stop) => (
        <Notice key={stop.id} tone="bad" title={`Waits: ${subjectOf(stop)} is stopped`}>
          <p>
            Since <Time at={stop.set_at} />, because: {stop.reason}. It goes on when that is released.
          </p>
        </Notice>
      ))}
      <StateNotice lead={lead} />
    </>
  );
}

const subjectOf = ({ scope, name }: LeadPage['stops'][number]): string =>
  scope === 'everything' ? 'everything' : `the ${scope} ${name ?? ''}`.trim();

function StateNotice({ lead }: { lead: LeadPage }) {
  if (lead.parked_at) {
    return (
      <Notice tone="bad" title="Parked: a step failed again and again">
        <p>{lead.parked_reason ? reasonSentence(lead.parked_reason) : 'It is in no queue any more.'}</p>
        <TryAgain id={lead.id} />
      </Notice>
    );
  }
  switch (lead.state) {
    case 'quarantined':
      return <Stopped lead={lead} />;
    case 'pending_approval':
      return (
        <Notice tone={warned(lead).length > 0 ? 'warn' : 'info'} title="Waits for your approval">
          {warningsOf(lead)}
          {lead.expires_at && (
            <p>
              It expires <Time at={lead.expires_at} />.
            </p>
          )}
        </Notice>
      );
    case 'pending_confirmation':
      return (
        <Notice title="The person has not confirmed yet">
          {lead.confirmation_expires_at && (
            <p>
              It expires <Time at={lead.confirmation_expires_at} /> unless they do.
            </p>
          )}
        </Notice>
      );
    case 'unsold':
      return (
        <Notice tone="warn" title="Nobody has taken it yet">
          {lead.due_at && (
            <p>
              It is offered again <Time at={lead.due_at} />
              {lead.expires_at ? (
                <>
                  {' '}
                  and expires <Time at={lead.expires_at} />
                </>
              ) : null}
              .
            </p>
          )}
        </Notice>
      );
    case 'rejected':
    case 'bad_lead':
      return lead.reason ? (
        <Notice
          title={`${lead.state === 'rejected' ? 'Rejected' : 'Marked bad for all'}: ${reasonSentence(lead.reason)}`}
        />
      ) : null;
    default:
      return null;
  }
}

/** What made the step fail has to be mended first; then the lead goes back into its queue. */
function TryAgain({ id }: { id: string }) {
  const rights = useRights();
  const retry = useRetry();
  if (!rights.operate) return null;
  return (
    <Button className="mt-2" busy={retry.isPending} onClick={() => retry.mutate(id)}>
      Try again
    </Button>
  );
}

/** The checks that stopped it or warn, in words. */
function Stopped({ lead }: { lead: LeadPage }) {
  const last = lead.checks.at(-1)?.verdicts ?? [];
  const telling = last.filter(({ result }) => result === 'fail' || result === 'warn');
  return (
    <Notice
      tone="warn"
      title={`Stopped: ${lead.reason ? reasonSentence(lead.reason) : 'a check did not pass'}`}
    >
      {telling.length > 0 && (
        <div className="mt-1.5">
          <VerdictList verdicts={telling} />
        </div>
      )}
      <p className="mt-1.5 text-muted">
        Release it when you know better; it then goes on where it was stopped.
        {lead.expires_at && (
          <>
            {' '}
            It expires <Time at={lead.expires_at} />.
          </>
        )}
      </p>
    </Notice>
  );
}

const warned = (lead: LeadPage) =>
  lead.checks.at(-1)?.verdicts.filter(({ result }) => result === 'warn') ?? [];

function warningsOf(lead: LeadPage): ReactNode {
  if (warned(lead).length === 0) return <p>Every check passed, score {lead.score ?? 0}.</p>;
  return (
    <div className="my-1.5">
      <VerdictList verdicts={warned(lead)} />
    </div>
  );
}
