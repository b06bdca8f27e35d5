import { useQuery } from '@tanstack/react-query';
import { Ellipsis, Pause, Pencil, Play } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { useAct } from '../act.ts';
import { api } from '../client.ts';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Status } from '../ui/badge.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Facts } from '../ui/card.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { Money } from '../ui/money.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { ProblemNotice } from '../ui/table-parts.tsx';
import { Time } from '../ui/time.tsx';
import { awayWords } from './away.ts';
import { ComingPrices } from './coming-prices.tsx';
import { History } from './history.tsx';
import { NextHolidays } from './holiday-fields.tsx';
import { PauseDialog } from './pause-dialog.tsx';
import { countryName } from './places.ts';
import { Preflight } from './preflight.tsx';
import { useEndpointNames, useFormFields } from './queries.ts';
import { StateNotice } from './state-notice.tsx';
import { TermsForm } from './terms-form.tsx';
import { capWords, datesWords, durationWords, filterWords, hoursWords, ratioWords } from './words.ts';

/** Everything that changes with a subscription. */
const TOPICS = ['subscriptions', 'providers', 'provider'];

export const subscriptionPath = (id: string, mine: boolean): string =>
  `${mine ? '' : '/admin'}/subscriptions/${id}`;

/** Pausing and resuming one; the answer is its new state. */
export function usePauseActs(mine: boolean) {
  const pause = useAct(
    ({ id, until }: { id: string; until: string | null }) =>
      api.post<SubscriptionView>(`${subscriptionPath(id, mine)}/pause`, { until }),
    { problem: 'Not paused', done: 'Subscription paused', renew: TOPICS },
  );
  const resume = useAct((id: string) => api.post<SubscriptionView>(`${subscriptionPath(id, mine)}/resume`), {
    problem: 'Not resumed',
    done: 'Subscription resumed',
    renew: TOPICS,
  });
  return { pause, resume };
}

interface SubscriptionSheetProps {
  id: string | undefined;
  mine: boolean;
  mayEdit: boolean;
  onClose: () => void;
  onPrevious?: () => void;
  onNext?: () => void;
}

export function SubscriptionSheet({ id, mine, mayEdit, onClose, ...walk }: SubscriptionSheetProps) {
  const [editing, setEditing] = useState<string>();
  const [pausing, setPausing] = useState(false);
  const { pause, resume } = usePauseActs(mine);
  const { data, error, refetch } = useQuery({
    queryKey: mine ? ['mine', 'subscription', id] : ['subscriptions', id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => api.get<SubscriptionView>(subscriptionPath(id!, mine), {}, { signal }),
  });
  const shown = data?.id === id ? data : undefined;
  const isEditing = editing !== undefined && editing === id;
  const running = shown && shown.state !== 'cancelled' && !shown.paused;
  // An operator's pause is the operator's to end.
  const held = mine && shown?.paused === true && shown.paused_by === 'operator';
  useShortcuts(
    shown && mayEdit && !isEditing && shown.state !== 'cancelled'
      ? [
          { keys: 'e', label: 'Edit the subscription', group: 'Subscription', run: () => setEditing(id) },
          {
            keys: 'p',
            label: 'Pause or resume the subscription',
            group: 'Subscription',
            run: () => (running ? setPausing(true) : held || resume.mutate(shown.id)),
          },
        ]
      : null,
  );
  return (
    <Sheet
      open={id !== undefined}
      onClose={onClose}
      title={shown ? `${shown.niche_name}, ${shown.level_name}` : 'Subscription'}
      aside={shown && <Status kind="subscription" state={shown.state} />}
      {...(isEditing ? {} : walk)}
      actions={
        shown && mayEdit && !isEditing && shown.state !== 'cancelled' ? (
          <>
            {running ? (
              <Button onClick={() => setPausing(true)}>
                <Pause aria-hidden />
                Pause
              </Button>
            ) : (
              !held && (
                <Button busy={resume.isPending} onClick={() => resume.mutate(shown.id)}>
                  <Play aria-hidden />
                  Resume
                </Button>
              )
            )}
            <EndSubscription subscription={shown} mine={mine} />
            <Button look="primary" onClick={() => setEditing(id)}>
              <Pencil aria-hidden />
              Edit
            </Button>
          </>
        ) : undefined
      }
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!shown && !error && <SkeletonLines lines={8} />}
      {shown &&
        (isEditing ? (
          <TermsForm subscription={shown} mine={mine} onClose={() => setEditing(undefined)} />
        ) : (
          <SubscriptionFacts
            subscription={shown}
            mine={mine}
            onEdit={mayEdit && shown.state !== 'cancelled' ? () => setEditing(id) : undefined}
          />
        ))}
      {shown && (
        <PauseDialog
          open={pausing}
          onOpenChange={setPausing}
          what="this subscription"
          busy={pause.isPending}
          onPause={(until) => pause.mutate({ id: shown.id, until }, { onSuccess: () => setPausing(false) })}
        />
      )}
    </Sheet>
  );
}

interface SubscriptionFactsProps {
  subscription: SubscriptionView;
  mine: boolean;
  /** Opens the form; undefined for who may not change it. */
  onEdit?: (() => void) | undefined;
}

function SubscriptionFacts({ subscription: one, mine, onEdit }: SubscriptionFactsProps) {
  const fields = useFormFields(one.niche_id, mine);
  const endpointName = useEndpointNames(one.provider_id, mine)?.find(
    ({ id }) => id === one.endpoint_id,
  )?.name;
  const hours = hoursWords(one.schedule);
  const dates = datesWords(one.schedule, new Date().toISOString().slice(0, 10));
  const otherwise = dates.length > 0 || one.holidays !== null;
  return (
    <div className="flex flex-col gap-5">
      <StateNotice subscription={one} mine={mine} />
      <Facts
        facts={[
          ...(mine ? [] : ([['Provider', one.provider_name]] as const)),
          [
            'Price of a lead',
            <span key="price">
              <Money amount={one.price_per_lead} currency={one.currency} />
              {one.price_override !== null && <span className="text-muted"> (own price)</span>}
            </span>,
          ],
          ...(one.coming_prices.length === 0
            ? []
            : ([['Coming price', <ComingPrices key="coming" subscription={one} />]] as const)),
          ['Shared with', sharedWords(one.max_providers)],
          ['Today', <TodayCount key="today" subscription={one} />],
          ['In all', `${one.leads_received_count.toLocaleString()} leads`],
          ['Last lead', one.last_received_at ? <Time key="last" at={one.last_received_at} /> : 'None yet'],
        ]}
      />
      {one.state !== 'cancelled' && (
        <Part title="Ready for leads?">
          <Preflight subscriptionId={one.id} mine={mine} onEdit={onEdit} />
        </Part>
      )}
      <Part title="Which leads">
        <Words
          lines={fields ? one.filters.map((filter) => filterWords(filter, fields)) : undefined}
          none="Every lead of the niche"
        />
        <Facts
          facts={[
            ['Countries', one.countries.length ? one.countries.map(countryName).join(', ') : 'Every country'],
            ['Must have', one.required_fields.length ? one.required_fields.join(', ') : 'Nothing more'],
            ['No older than', durationWords(one.max_age_ms)],
            ['Premium', ratioWords(one.premium_ratio, one.ratio_mode)],
            ...(one.person_window_days === null
              ? []
              : ([['Same person', `Not again within ${one.person_window_days} days`]] as const)),
            ...(one.away.length === 0 ? [] : ([['Away', one.away.map(awayWords).join(', ')]] as const)),
          ]}
        />
      </Part>
      <Part title="How many" note={`Days begin at 00:00, ${one.timezone}`}>
        <Words
          lines={one.caps.map((cap) => `At most ${capWords(cap, one.currency)}`)}
          none="As many as come"
        />
      </Part>
      <Part title="When" {...(hours.length ? { note: `Hours in ${one.schedule?.zone}` } : {})}>
        <Words lines={hours} none={otherwise ? 'At any time on other days' : 'At any time'} />
        {dates.length > 0 && <Words lines={dates} none="" />}
        {one.holidays && <NextHolidays holidays={one.holidays} />}
        {(hours.length > 0 || otherwise) && (
          <p className="text-muted text-sm">
            {one.off_hours === 'hold'
              ? 'While it is closed, leads are taken and delivered at the next opening.'
              : 'While it is closed, leads go to others.'}
          </p>
        )}
      </Part>
      <Part title="Where to">
        <div className="text-sm">
          <span className="flex flex-wrap items-center gap-2">
            {endpointName && <span>{endpointName}</span>}
            <Status kind="endpoint" state={one.endpoint_health} />
          </span>
          {one.endpoint_id === null && (
            <p className="mt-1 text-muted">Leads are shown in the portal and sent by mail.</p>
          )}
        </div>
      </Part>
      <Part title="History">
        <History subscriptionId={one.id} mine={mine} />
      </Part>
    </div>
  );
}

const sharedWords = (providers: number): string =>
  providers === 1
    ? 'Nobody, the lead is exclusive'
    : `At most ${providers - 1} other ${providers === 2 ? 'provider' : 'providers'}`;

/** "12 of 50": today's leads against the cap of the day. */
export function TodayCount({ subscription }: { subscription: SubscriptionView }) {
  const { leads_today: today, leads_per_day_max: most } = subscription;
  return (
    <span className="tabular-nums">
      {today.toLocaleString()}
      {most !== null && <span className="text-muted"> of {most.toLocaleString()}</span>}
    </span>
  );
}

/** Ends it for good, after a question that names what happens. */
function EndSubscription({ subscription: one, mine }: { subscription: SubscriptionView; mine: boolean }) {
  const [asking, setAsking] = useState(false);
  const end = useAct(() => api.delete<SubscriptionView>(subscriptionPath(one.id, mine)), {
    problem: 'Not ended',
    done: 'Subscription ended',
    renew: TOPICS,
    onDone: () => setAsking(false),
  });
  return (
    <>
      <Menu
        trigger={
          <IconButton label="More actions">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem tone="bad" onSelect={() => setAsking(true)}>
          End subscription
        </MenuItem>
      </Menu>
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title={`End the subscription to ${one.niche_name}, ${one.level_name}?`}
        description={
          mine
            ? 'You get no new leads of this level from now on. Leads you already have stay, and are still delivered. Nothing is paid back. You can subscribe again: your place in the order stays.'
            : `${one.provider_name} gets no new leads of this level from now on. Leads it already has stay, and are still delivered. No money moves. It can come back: its place in the order stays.`
        }
        verb="End subscription"
        keep="Keep it"
        busy={end.isPending}
        onConfirm={() => end.mutate()}
      />
    </>
  );
}

function Part({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2 border-t pt-4">
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="font-medium text-base">{title}</h3>
        {note && <span className="text-muted text-xs">{note}</span>}
      </div>
      {children}
    </section>
  );
}

function Words({ lines, none }: { lines: readonly string[] | undefined; none: string }) {
  if (!lines) return <SkeletonLines lines={2} />;
  if (lines.length === 0) return <p className="text-sm">{none}</p>;
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
