import type { ReactNode } from 'react';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { Money } from '../ui/money.tsx';
import { Notice } from '../ui/notice.tsx';
import { Time } from '../ui/time.tsx';

interface StateNoticeProps {
  subscription: SubscriptionView;
  /** The provider's own portal. */
  mine: boolean;
}

/** Why a subscription gets nothing, and what ends that; nothing for one that gets leads. */
export function StateNotice({ subscription: one, mine }: StateNoticeProps) {
  if (one.state === 'paused') return <PauseNotice subscription={one} mine={mine} />;
  if (one.state === 'auto_deactivated') {
    return (
      <Notice tone="warn" title="The balance does not reach for one lead">
        <p>
          {mine ? 'Leads come again' : 'It gets leads again'} by itself as soon as there are{' '}
          <Money amount={one.price_per_lead} currency={one.currency} /> on the account.
        </p>
      </Notice>
    );
  }
  if (one.state === 'endpoint_down') {
    const off = one.endpoint_health === 'disabled';
    return (
      <Notice tone="bad" title={off ? 'The endpoint is switched off' : 'The endpoint does not take leads'}>
        <p>
          {off
            ? 'No leads come until it is switched on again, or another endpoint is chosen.'
            : 'Leads that were sold are kept and tried again. New ones come once it answers; it is tried by itself.'}
        </p>
      </Notice>
    );
  }
  const words = reasons(one, mine)[one.state];
  if (!words) return null;
  return (
    <Notice title={words.title}>
      <p>{words.text}</p>
    </Notice>
  );
}

function PauseNotice({ subscription: one, mine }: StateNoticeProps) {
  const theirs = one.paused_by === 'operator' && mine;
  return (
    <Notice title={theirs ? 'The operator paused this subscription' : 'No leads for now'}>
      <p>
        {one.paused_until ? (
          <>
            {!theirs && 'Paused. '}Resumes by itself{' '}
            <Time at={one.paused_until} zone={{ name: one.timezone, whose: one.timezone }} />.
          </>
        ) : (
          !theirs && 'Paused until somebody resumes it.'
        )}
        {theirs && ' Only the operator can end the pause sooner. Please ask them.'}
      </p>
    </Notice>
  );
}

function reasons(
  one: SubscriptionView,
  mine: boolean,
): Partial<Record<SubscriptionView['state'], { title: string; text: ReactNode }>> {
  const whose = mine ? 'Your company' : one.provider_name;
  return {
    provider_pending: {
      title: `${whose} waits for approval`,
      text: mine
        ? 'Leads come once the operator has approved it.'
        : 'Approve the provider, then it gets leads.',
    },
    provider_inactive: {
      title: `${whose} is switched off`,
      text: mine
        ? 'No leads come. Please ask the operator why.'
        : 'Switch the provider on, then it gets leads.',
    },
    provider_stopped: {
      title: mine ? 'The operator has stopped your leads for now' : `${whose} is stopped`,
      text: mine
        ? 'No new leads come, and those that were sold wait. They come again once the operator lets them go on.'
        : 'It gets no leads, and deliveries to it wait, until the stop is released.',
    },
    provider_paused: {
      title: `${whose} is paused`,
      text: mine
        ? 'Resume your company, then leads come again.'
        : 'All its subscriptions wait until it is resumed.',
    },
    niche_off: {
      title: `${one.niche_name} is switched off`,
      text: 'No lead of this niche is sold at the moment. The place in the order stays.',
    },
    niche_stopped: {
      title: mine ? `The operator has stopped ${one.niche_name} for now` : `${one.niche_name} is stopped`,
      text: 'No lead of this niche is sold at the moment. They come again once the stop ends. The place in the order stays.',
    },
    level_off: {
      title: `${one.level_name} is switched off`,
      text: 'No lead of this level is sold at the moment. The place in the order stays.',
    },
  };
}
