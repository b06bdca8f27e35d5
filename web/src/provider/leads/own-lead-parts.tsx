import { attemptSentence, deliverySentence } from '../../lead/attempt-words.ts';
import { AnswerFacts, ContactFacts, ReachButtons } from '../../lead/person.tsx';
import { counted } from '../../lead/words.ts';
import { countryName } from '../../market/places.ts';
import { Status } from '../../ui/badge.tsx';
import { Facts } from '../../ui/card.tsx';
import { Id } from '../../ui/id.tsx';
import { Money } from '../../ui/money.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Time } from '../../ui/time.tsx';
import type { OwnLeadPage } from './queries.ts';

/** Who to call; after a refund, or before the endpoint took the lead, why nobody is shown. */
export function Person({ lead }: { lead: OwnLeadPage }) {
  if (lead.contact) {
    return (
      <div className="flex flex-col gap-4">
        <ReachButtons phone={lead.contact.phone} email={lead.contact.email} />
        <ContactFacts contact={lead.contact} />
      </div>
    );
  }
  switch (lead.state) {
    case 'refunded':
      return (
        <Notice title="Refunded: the person is not shown any more">
          <p>
            {lead.refund_reason ? `Reason: ${lead.refund_reason}. ` : ''}
            You got <Money amount={lead.charged_amount} currency={lead.currency} /> back
            {lead.refunded_at && (
              <>
                {' '}
                <Time at={lead.refunded_at} />
              </>
            )}
            .
          </p>
        </Notice>
      );
    case 'held':
      return (
        <Notice title="Your system has not taken this lead yet">
          The person is shown as soon as it does. The money is only held until then.
        </Notice>
      );
    case 'released':
      return (
        <Notice title="Your system did not take this lead">
          Nothing was charged, and the person is not shown.
        </Notice>
      );
    default:
      return <p className="text-muted text-sm">The data of this person have been erased.</p>;
  }
}

export function Asked({ lead }: { lead: OwnLeadPage }) {
  if (!lead.contact) return <p className="text-muted text-sm">Shown together with the person.</p>;
  return <AnswerFacts answers={lead.answers} />;
}

export function Price({ lead }: { lead: OwnLeadPage }) {
  return (
    <Facts
      facts={[
        ['Price', <Money key="price" amount={lead.charged_amount} currency={lead.currency} />],
        ['Payment', <Status key="state" kind="assignment" state={lead.state} />],
        ['Shared with', sharedWords(lead.max_shared)],
        ['Niche', lead.niche_name],
        ...(lead.level_name ? [['Level', lead.level_name] as const] : []),
        ...(lead.country ? [['Country', countryName(lead.country)] as const] : []),
        ['Came', <Time key="at" at={lead.assigned_at} />],
        ['Asked', <Time key="asked" at={lead.submitted_at} />],
        ['Lead id', <Id key="id" value={lead.id} what="lead id" />],
      ]}
    />
  );
}

const sharedWords = (most: number): string =>
  most <= 1 ? 'nobody else: it is yours alone' : `at most ${counted(most, 'provider')}, you included`;

export function Consent({ consent }: { consent: OwnLeadPage['consent'] }) {
  if (!consent) return <p className="text-muted text-sm">Shown together with the person.</p>;
  return (
    <div className="flex flex-col gap-2 text-sm">
      <blockquote className="border-l-2 pl-3 text-muted">{consent.text}</blockquote>
      <p className="text-muted text-xs">
        Given <Time at={consent.given_at} />, text version {consent.text_version}.
      </p>
    </div>
  );
}

/** Each delivery to the own endpoints, with every try. */
export function Deliveries({ deliveries }: { deliveries: OwnLeadPage['deliveries'] }) {
  if (deliveries.length === 0) {
    return <p className="text-muted text-sm">It was not sent anywhere: you read it here.</p>;
  }
  return (
    <ul className="flex flex-col gap-4">
      {deliveries.map((delivery) => (
        <li key={delivery.id} className="flex flex-col gap-2 text-sm">
          <p className="flex flex-wrap items-center gap-2">
            <Status kind="delivery" state={delivery.state} />
            <span className="min-w-0">{deliverySentence('your system', delivery, delivery.attempts)}</span>
          </p>
          <ol aria-label="Tries" className="flex flex-col divide-y rounded-control border empty:hidden">
            {delivery.attempts.map((attempt) => (
              <li key={attempt.number} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
                <span className="font-medium">Try {attempt.number}</span>
                <Status kind="attempt" state={attempt.outcome} />
                <span className="text-muted">{attemptSentence(attempt)}</span>
                <span className="ml-auto text-faint text-xs">
                  <Time at={attempt.started_at} />
                </span>
                {attempt.message && <span className="w-full text-muted">{attempt.message}</span>}
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ul>
  );
}
