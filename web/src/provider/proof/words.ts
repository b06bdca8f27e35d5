/** Verdicts as a provider reads them about itself. */
const WORDS: Record<string, string> = {
  chosen: 'got the lead',
  no_seat: 'eligible, no seat left',
  already_has_lead: 'had it already',
  suppressed: 'person not wanted',
  provider_inactive: 'not active',
  provider_paused: 'paused',
  subscription_paused: 'subscription paused',
  too_old: 'lead too old',
  endpoint_down: 'endpoint failing',
  outside_hours: 'outside business hours',
  cap_reached: 'cap used up',
  ratio: 'premium ratio',
  insufficient_funds: 'not enough money',
  stopped: 'the exchange had stopped',
  blocked: 'kept from you by the operator',
  same_person: 'had the person a short time ago',
  away: 'away',
  paced: 'cap spread over the day',
};

/** One that is not here yet reads as its name does. */
export const verdictWord = (verdict: string): string => WORDS[verdict] ?? verdict.replaceAll('_', ' ');
