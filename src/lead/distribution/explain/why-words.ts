import type { FunnelSums, Reason } from './funnel.ts';
import type { WhyOfSubscription } from './read-why.ts';

/** A provider's own verdicts, said to the provider. */

const SENTENCES: Record<Reason, string> = {
  chosen: 'You got it',
  no_seat: 'You could have had it, but others stood before you for its seats',
  stopped: 'The operator had stopped your company',
  already_has_lead: 'You got it at another level',
  blocked: 'The operator kept it from you',
  same_person: 'You had this person a short time ago, and ask for no second lead',
  suppressed: 'The person is on your list of people not to contact',
  provider_inactive: 'Your company was not active',
  provider_paused: 'You had paused everything',
  subscription_paused: 'You had paused this subscription',
  away: 'You were away',
  too_old: 'It was older than you take them',
  endpoint_down: 'Your endpoint was failing',
  outside_hours: 'You were closed',
  cap_reached: 'Your cap or budget was used up',
  paced: 'You spread your cap evenly, and its share so far was used up',
  provider_cap_reached: 'A cap over all your subscriptions was used up',
  ratio: 'It would have moved you away from your share of premium leads',
  insufficient_funds: 'There was not enough money',
  country: 'It came from a country that you do not take',
  campaign: 'It came through a campaign that you do not take',
  filter: 'It did not pass your filters',
  required_fields: 'It lacked a field that you need',
  unknown: 'Your rules did not match; the details are gone, because the person asked for erasure',
};

export const reasonSentence = (reason: Reason): string => SENTENCES[reason];

const leads = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'lead' : 'leads'}`;

/** The answer in one sentence. */
export function whyAnswer(sums: FunnelSums): string {
  const { came, matched, able, received } = sums;
  if (came === 0) return 'No lead came in this niche while you were subscribed.';
  if (matched === 0) return `None of the ${leads(came)} of the niche matched your rules.`;
  const others = able - received;
  const kept = matched - able;
  const parts = [
    `You got ${received.toLocaleString('en')} of the ${leads(matched)} that matched your rules`,
    ...(kept > 0 ? [`${kept.toLocaleString('en')} came when you could not take them`] : []),
    ...(others > 0 ? [`${others.toLocaleString('en')} went to others whose turn it was`] : []),
  ];
  return `${parts.join('; ')}.`;
}

export const whatIfSentence = ({ words, more }: WhyOfSubscription['whatIf'][number]): string =>
  `${words} you would have got ${more.toLocaleString('en')} more.`;

export const WHY_BASIS =
  'Your own verdicts as the decisions recorded them. A lead that was decided several times counts by its last decision; ' +
  'test leads do not count. What would have changed it is found by deciding the same leads again with one thing ' +
  'changed: pauses, endpoints and everybody’s money as they were then, order and caps anew from the start of the period.';
