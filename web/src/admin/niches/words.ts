/** The ways a niche, a level and a campaign can work, each in a few words. */
import type { Choice } from '../../ui/select.tsx';

export const presets: readonly Choice[] = [
  {
    value: 'instant',
    label: 'Instant',
    note: 'Each lead goes to one provider within seconds, from sources you trust.',
  },
  {
    value: 'exchange',
    label: 'Exchange',
    note: 'People confirm by mail, you approve, and the levels take turns.',
  },
  {
    value: 'exchange_in_order',
    label: 'Exchange in order',
    note: 'People confirm by mail, you approve, and every lead starts at the first level.',
  },
  {
    value: 'campaign_store',
    label: 'Campaign and store',
    note: 'Good leads go out by themselves; what stays open can be bought by hand.',
  },
];

export const rotations: readonly Choice[] = [
  { value: 'rotate', label: 'Levels take turns', note: 'Each lead starts at the next level.' },
  {
    value: 'fixed',
    label: 'Always from the first level',
    note: 'The order of the levels is the order of offers.',
  },
];

export const fillModes: readonly Choice[] = [
  {
    value: 'cascade',
    label: 'Fill what is still open',
    note: 'Nobody shares a lead with more companies than its own level says.',
  },
  {
    value: 'fill_all',
    label: 'Fill all their places',
    note: 'Each level gives the lead to as many as it says.',
  },
];

export const strategies: readonly Choice[] = [
  { value: 'longest_waiting', label: 'Who has waited longest', note: 'Everybody gets a lead in turn.' },
  { value: 'least_loaded_today', label: 'Who had fewest today', note: 'Evens out the day.' },
  { value: 'weighted', label: 'By weight', note: 'Weight 2 gets twice as many as weight 1.' },
  { value: 'priority', label: 'By priority', note: 'A higher priority always comes first.' },
];

export const billings: readonly Choice[] = [
  { value: 'assigned', label: 'When the lead is given', note: 'The price is charged at once.' },
  { value: 'accepted', label: 'When the endpoint accepts it', note: 'Until then the price is on hold.' },
];

export const confirmations: readonly Choice[] = [
  { value: 'double_opt_in', label: 'By mail', note: 'The person presses a link in a mail first.' },
  { value: 'source_attested', label: 'By the source', note: 'Sources you trust vouch for the consent.' },
  { value: 'admin_attested', label: 'By the operator', note: 'You vouch for the consent of each lead.' },
];

export const approvals: readonly Choice[] = [
  { value: 'manual', label: 'By hand', note: 'Somebody looks at each lead.' },
  { value: 'auto', label: 'By itself', note: 'Every checked lead goes out.' },
  { value: 'auto_if', label: 'By itself from a score', note: 'Others wait for somebody to look.' },
];

export const lateApprovals: readonly Choice[] = [
  { value: 'alert', label: 'Keep waiting', note: 'Everybody who can approve is alarmed, again every hour.' },
  { value: 'approve', label: 'Approve it by itself', note: 'So that providers get it within 30 minutes.' },
];

export const purchases: readonly Choice[] = [
  { value: 'off', label: 'Nothing', note: 'Leads come to providers by the rules only.' },
  { value: 'unsold', label: 'Leads that nobody took', note: 'After they were offered to everybody in turn.' },
  {
    value: 'open_seats',
    label: 'These, and places left',
    note: 'Also beside those who have the lead, never more than they were promised.',
  },
];

export const fieldTypes: Readonly<Record<string, string>> = {
  text: 'Text',
  long_text: 'Long text',
  name: 'Name',
  address: 'Address',
  email: 'E-mail',
  phone: 'Phone',
  number: 'Number',
  range: 'Number in a range',
  select: 'One choice',
  multi_select: 'Several choices',
  boolean: 'Yes or no',
  date: 'Date',
  postcode: 'Postcode',
  country: 'Country',
};

/** The label of a value; the value itself when nobody knows it. */
export const labelOf = (choices: readonly Choice[], value: string): string =>
  choices.find((choice) => choice.value === value)?.label ?? value.replaceAll('_', ' ');

/** "Solar roof" as an address: "solar-roof". */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
