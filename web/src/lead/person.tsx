import { Mail, Phone } from 'lucide-react';
import type { LeadPage, OwnLeadPage } from '../../../src/lead/schema.ts';
import { countryName } from '../market/places.ts';
import { buttonClass } from '../ui/button.tsx';
import { Facts } from '../ui/card.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { type Answer, answerText, otherAnswers } from './words.ts';

type Contact = NonNullable<LeadPage['contact']> | NonNullable<OwnLeadPage['contact']>;

interface ContactLinkProps {
  kind: 'email' | 'phone';
  value: string;
  /** In tables: without the button that copies. */
  bare?: boolean;
}

/** An address or number that is written to or called with one press. */
export function ContactLink({ kind, value, bare = false }: ContactLinkProps) {
  const href = kind === 'email' ? `mailto:${value}` : `tel:${value}`;
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <a href={href} className="wrap-anywhere min-w-0 underline decoration-line-strong underline-offset-3">
        {value}
      </a>
      {!bare && <CopyButton text={value} what={kind} />}
    </span>
  );
}

const line = (label: string, value: string | null | undefined): [string, string][] =>
  value ? [[label, value]] : [];

/** Who asked, and how to reach them. */
export function ContactFacts({ contact }: { contact: Contact }) {
  const whole = 'street' in contact ? contact : null;
  const place = [contact.postcode, contact.city].filter(Boolean).join(' ');
  return (
    <Facts
      facts={[
        ...line('Name', contact.name),
        ...(contact.email
          ? [['E-mail', <ContactLink key="email" kind="email" value={contact.email} />] as const]
          : []),
        ...(contact.phone
          ? [['Phone', <ContactLink key="phone" kind="phone" value={contact.phone} />] as const]
          : []),
        ...line('Street', whole?.street),
        ...line('Place', place),
        ...line('Region', whole?.region),
        ...line('Country', whole?.country && countryName(whole.country)),
      ]}
    />
  );
}

/** What was asked beyond the contact, with the labels of the form. */
export function AnswerFacts({ answers }: { answers: readonly Answer[] }) {
  const others = otherAnswers(answers);
  if (others.length === 0) return <p className="text-muted text-sm">Nothing else was asked.</p>;
  return <Facts facts={others.map((answer) => [answer.label, answerText(answer)] as const)} />;
}

/** Call and write, large enough for a thumb. */
export function ReachButtons({ phone, email }: { phone: string | null; email: string | null }) {
  const look = buttonClass({ className: 'flex-1 h-11!' });
  return (
    <div className="flex gap-2">
      {phone && (
        <a href={`tel:${phone}`} className={look}>
          <Phone aria-hidden />
          Call
        </a>
      )}
      {email && (
        <a href={`mailto:${email}`} className={look}>
          <Mail aria-hidden />
          Write
        </a>
      )}
    </div>
  );
}
