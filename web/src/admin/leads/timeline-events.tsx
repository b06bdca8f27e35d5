/** What happened to a lead, from all its parts, as one list of lines in the order of time. */
import {
  BadgeCheck,
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  Flag,
  Hourglass,
  Inbox,
  type LucideIcon,
  Mail,
  MailQuestionMark,
  PencilLine,
  RotateCcw,
  ScrollText,
  Send,
  ShieldAlert,
  ShieldCheck,
  Split,
  Undo2,
  UserCheck,
  Wallet,
} from 'lucide-react';
import { deliverySentence } from '../../lead/attempt-words.ts';
import { counted, reasonSentence, verdictSentence } from '../../lead/words.ts';
import { Money } from '../../ui/money.tsx';
import { lookOf, type Tone } from '../../ui/states.ts';
import type { TimelineEvent } from '../../ui/timeline.tsx';
import type { Decision, LeadPage } from './queries.ts';
import {
  AssignmentDetail,
  AuditDetail,
  ConsentDetail,
  DecisionDetail,
  DeliveryDetailView,
  MessageDetail,
  VerdictList,
} from './timeline-details.tsx';

type Row = LeadPage['timeline'][number];
type Look = readonly [icon: LucideIcon, tone: Tone];

const looks: Readonly<Record<string, Look>> = {
  'lead.received': [Inbox, 'info'],
  'lead.pending_confirmation': [MailQuestionMark, 'info'],
  'lead.checking': [UserCheck, 'info'],
  'lead.pending_approval': [BadgeCheck, 'info'],
  'lead.approved': [BadgeCheck, 'good'],
  'lead.distributed': [Split, 'good'],
  'lead.unsold': [CircleDashed, 'warn'],
  'lead.quarantined': [ShieldAlert, 'warn'],
  'lead.rejected': [CircleX, 'bad'],
  'lead.provider_blocked': [ShieldAlert, 'warn'],
  'lead.provider_unblocked': [ShieldCheck, 'neutral'],
  'lead.expired': [Hourglass, 'neutral'],
  'lead.bad_lead': [Flag, 'bad'],
  'lead.corrected': [PencilLine, 'neutral'],
  'lead.check_overridden': [ShieldCheck, 'warn'],
  'assignment.refunded': [RotateCcw, 'warn'],
  'assignment.released': [Undo2, 'neutral'],
  'assignment.charged': [Wallet, 'good'],
};

/** At the same instant, what comes first on the way of a lead stands first. */
const ORDER = [
  'received',
  'consent',
  'mail',
  'checks',
  'audit',
  'decision',
  'assignment',
  'delivery',
] as const;
type Kind = (typeof ORDER)[number];
type Placed = TimelineEvent & { kind: Kind };

/** @param decisions in words, once they have been read */
export function timelineOf(lead: LeadPage, decisions: readonly Decision[] | undefined): TimelineEvent[] {
  const events: Placed[] = [
    ...auditEvents(lead),
    ...consentEvents(lead),
    ...checkEvents(lead),
    ...decisionEvents(lead, decisions),
    ...assignmentEvents(lead),
    ...deliveryEvents(lead),
    ...mailEvents(lead),
  ];
  // The first checks are part of receiving it, whenever they were written down.
  const received = events.find(({ kind }) => kind === 'received')?.at ?? lead.submitted_at;
  const timeOf = ({ id, at }: Placed) => Date.parse(id === FIRST_CHECKS ? received : at);
  return events.sort((a, b) => timeOf(a) - timeOf(b) || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

const FIRST_CHECKS = 'checks-0';

/** Decisions, checks and what the lead passed within the same second have lines of their own. */
const TOLD_ELSEWHERE = new Set(['lead.distributed', 'lead.unsold', 'lead.assigned', 'lead.offered_again']);
const PASSED_MS = 1_000;

function auditEvents(lead: LeadPage): Placed[] {
  const moves = lead.timeline.filter(({ entity_type }) => entity_type === 'lead');
  return lead.timeline.flatMap((row): Placed[] => {
    if (TOLD_ELSEWHERE.has(row.action)) return [];
    const next = moves[moves.indexOf(row) + 1];
    const passed = next && Date.parse(next.at) - Date.parse(row.at) < PASSED_MS;
    if (row.action === 'lead.pending_approval' && passed) return [];
    const [icon, tone] = looks[row.action] ?? [ScrollText, 'neutral'];
    const assignment = lead.assignments.find(({ id }) => id === row.entity_id);
    return [
      {
        id: row.id,
        kind: row.action === 'lead.received' ? 'received' : 'audit',
        at: row.at,
        icon,
        tone,
        sentence: auditSentence(lead, row),
        ...(assignment && row.action === 'assignment.refunded'
          ? { figure: <Money amount={assignment.charged_amount} currency={assignment.currency} signed /> }
          : {}),
        detail: <AuditDetail row={row} lead={lead} />,
      },
    ];
  });
}

function auditSentence(lead: LeadPage, row: Row): string {
  const who = row.actor_name ? ` by ${row.actor_name}` : '';
  const assignment = lead.assignments.find(({ id }) => id === row.entity_id);
  const reason = (row.after as { reason?: unknown } | null)?.reason;
  const why = typeof reason === 'string' ? `: ${lowerFirst(reasonSentence(reason))}` : '';
  switch (row.action) {
    case 'lead.received':
      return `Received ${lead.source_name ? `from ${lead.source_name}` : 'from the public form'}`;
    case 'lead.approved':
      return row.actor_name ? `Approved${who}` : row.description;
    case 'lead.rejected':
      return `Rejected${who}${why}`;
    case 'lead.quarantined':
      return `Stopped for a look${why}`;
    case 'lead.provider_blocked':
      return `A provider is kept from it${who}${why}`;
    case 'lead.bad_lead':
      return `Marked bad for all${who}${why}`;
    case 'assignment.refunded':
      return `Refunded to ${assignment?.provider_name ?? 'the provider'}${who}${
        assignment?.refund_reason ? `: ${lowerFirst(assignment.refund_reason)}` : ''
      }`;
    case 'assignment.released':
      return `Money freed again for ${assignment?.provider_name ?? 'the provider'}${who}`;
    case 'lead.pending_approval':
      return 'Waits for approval';
    default:
      return row.description;
  }
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function consentEvents({ consent }: LeadPage): Placed[] {
  if (!consent) return [];
  return [
    {
      id: 'consent',
      kind: 'consent',
      at: consent.given_at,
      icon: UserCheck,
      tone: 'info',
      sentence: `Agreed to be contacted (text version ${consent.text_version})`,
      detail: <ConsentDetail consent={consent} />,
    },
  ];
}

function checkEvents({ checks }: LeadPage): Placed[] {
  return checks.map((run, index) => {
    const failed = run.verdicts.filter(({ result }) => result === 'fail');
    const warned = run.verdicts.filter(({ result }) => result === 'warn');
    const passed = run.verdicts.filter(({ result }) => result === 'pass');
    const said = [...failed, ...warned].map((verdict) => lowerFirst(verdictSentence(verdict)));
    const sentence =
      said.length > 0 ? `Checked: ${said.join('; ')}` : `Checked: ${counted(passed.length, 'check')} passed`;
    return {
      id: `checks-${index}`,
      kind: 'checks',
      at: run.checked_at,
      icon: failed.length > 0 ? ShieldAlert : ShieldCheck,
      tone: failed.length > 0 || warned.length > 0 ? 'warn' : 'good',
      sentence,
      figure: <span className="text-muted">Score {run.score}</span>,
      detail: <VerdictList verdicts={run.verdicts} />,
    };
  });
}

function decisionEvents(lead: LeadPage, explained: readonly Decision[] | undefined): Placed[] {
  return lead.decisions.map((decision) => {
    const words = explained?.find(({ seq }) => seq === decision.seq);
    const sold = decision.outcome === 'sold';
    return {
      id: `decision-${decision.seq}`,
      kind: 'decision',
      at: decision.decided_at,
      icon: sold ? Split : CircleDashed,
      tone: sold ? 'good' : 'warn',
      sentence:
        words?.summary ?? (sold ? `Given to ${counted(decision.n_assigned, 'provider')}` : 'Nobody took it'),
      ...(words ? { detail: <DecisionDetail decision={words} /> } : {}),
    };
  });
}

function assignmentEvents(lead: LeadPage): Placed[] {
  return lead.assignments.map((assignment) => {
    const verb = assignment.test
      ? 'Given as a test to'
      : assignment.state === 'held'
        ? 'Money held for'
        : 'Sold to';
    return {
      id: assignment.id,
      kind: 'assignment',
      at: assignment.assigned_at,
      icon: Wallet,
      tone: assignment.test ? 'test' : 'good',
      sentence: `${verb} ${assignment.provider_name}${assignment.level_name ? `, ${assignment.level_name}` : ''}`,
      figure: <Money amount={assignment.charged_amount} currency={assignment.currency} />,
      detail: <AssignmentDetail assignment={assignment} transfers={lead.transfers} />,
    };
  });
}

const deliveryIcons: Readonly<Record<string, LucideIcon>> = {
  delivered: CircleCheck,
  refused: CircleX,
  dead: CircleX,
  cancelled: Ban,
};

function deliveryEvents(lead: LeadPage): Placed[] {
  return lead.deliveries.map((delivery) => {
    const assignment = lead.assignments.find(({ id }) => id === delivery.assignment_id);
    const who = assignment?.provider_name ?? 'the provider';
    const last = delivery.attempts.at(-1);
    return {
      id: delivery.id,
      kind: 'delivery',
      at: delivery.ended_at ?? last?.started_at ?? assignment?.assigned_at ?? lead.submitted_at,
      icon: deliveryIcons[delivery.state] ?? Send,
      tone: lookOf('delivery', delivery.state).tone,
      sentence: deliverySentence(who, delivery, delivery.attempts),
      detail: <DeliveryDetailView id={delivery.id} leadId={lead.id} who={who} />,
    };
  });
}

const mailWords: Readonly<Record<string, string>> = {
  'confirm-lead': 'Asked to confirm by mail',
  'new-lead': 'Told of the new lead by mail',
  'lead-refunded': 'Told of the refund by mail',
};

const mailStates: Readonly<Record<string, string>> = {
  pending: ' (waits to be sent)',
  sending: ' (being sent)',
  dead: ' (could not be sent)',
  cancelled: ' (called off)',
};

function mailEvents({ messages }: LeadPage): Placed[] {
  return messages.map((message) => ({
    id: message.id,
    kind: 'mail',
    at: message.sent_at ?? message.created_at,
    icon: Mail,
    tone: message.state === 'dead' ? 'bad' : 'neutral',
    sentence: `${mailWords[message.template] ?? `Mail “${message.template}”`}${
      message.recipient && message.template !== 'confirm-lead' ? `: ${message.recipient}` : ''
    }${mailStates[message.state] ?? ''}`,
    detail: <MessageDetail message={message} />,
  }));
}
