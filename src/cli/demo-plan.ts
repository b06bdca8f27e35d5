import type { Behaviour } from './demo-partners.ts';

/** The demo's market as data: two niches with three levels each, and 24 providers that all want something else. */

export type DemoField = {
  id: string;
  label: string;
  type: string;
  required?: boolean;
  options?: string[];
  rules?: object;
};
export type DemoNiche = {
  name: string;
  slug: string;
  description: string;
  isLocationBased: boolean;
  levels: { name: string; price_per_lead: string; max_providers: number }[];
  fields: DemoField[];
};
export type ProviderPlan = {
  name: string;
  niche: 0 | 1;
  level: 0 | 1 | 2;
  country: string;
  zone: string;
  behaviour: Behaviour;
  /** EUR to start with. */
  balance: string;
  countries?: string[];
  filters?: object[];
  caps?: {
    window: 'hour' | 'day' | 'week' | 'month' | 'total';
    kind: 'count' | 'spend';
    value: number | string;
  }[];
  premiumRatio?: number;
  phoneFormat?: string;
};

const PERSON: DemoField[] = [
  { id: 'name', label: 'Your name', type: 'name', required: true },
  { id: 'email', label: 'E-mail', type: 'email', required: true },
  { id: 'phone', label: 'Phone', type: 'phone', required: true },
  { id: 'country', label: 'Country', type: 'country', required: true },
];
export const SERVER_LOCATIONS = ['Germany', 'Netherlands', 'United Kingdom', 'Finland', 'anywhere'];
export const PURPOSES = ['website', 'online shop', 'game server', 'software development', 'backup'];
export const SERVICES = ['plumbing', 'electrics', 'painting', 'roofing', 'gardening'];

export const NICHES: readonly DemoNiche[] = [
  {
    name: 'VPS hosting',
    slug: 'vps-hosting',
    description: 'Virtual servers for websites, shops and software',
    isLocationBased: false,
    levels: [
      { name: 'Exclusive', price_per_lead: '24.00', max_providers: 1 },
      { name: 'Shared by two', price_per_lead: '13.50', max_providers: 2 },
      { name: 'Shared by four', price_per_lead: '7.25', max_providers: 4 },
    ],
    fields: [
      ...PERSON,
      {
        id: 'budget',
        label: 'Budget per month (EUR)',
        type: 'number',
        required: true,
        rules: { min: 1, max: 5_000 },
      },
      {
        id: 'location',
        label: 'Location of the server',
        type: 'select',
        required: true,
        options: SERVER_LOCATIONS,
      },
      { id: 'purpose', label: 'What it is for', type: 'select', required: true, options: PURPOSES },
      { id: 'cpu', label: 'CPU cores', type: 'number', required: true, rules: { min: 1, max: 128 } },
      { id: 'ram', label: 'Memory (GB)', type: 'number', required: true, rules: { min: 1, max: 1_024 } },
      {
        id: 'storage',
        label: 'Storage (GB)',
        type: 'number',
        required: true,
        rules: { min: 10, max: 20_000 },
      },
      { id: 'bandwidth', label: 'Traffic per month (TB)', type: 'number', rules: { min: 1, max: 1_000 } },
      { id: 'management', label: 'Somebody should manage it for me', type: 'boolean' },
    ],
  },
  {
    name: 'Home services',
    slug: 'home-services',
    description: 'Craftspeople near you',
    isLocationBased: true,
    levels: [
      { name: 'Exclusive', price_per_lead: '32.00', max_providers: 1 },
      { name: 'Two offers', price_per_lead: '18.00', max_providers: 2 },
      { name: 'Three offers', price_per_lead: '11.50', max_providers: 3 },
    ],
    fields: [
      ...PERSON,
      { id: 'postcode', label: 'Postcode', type: 'postcode', required: true, rules: { country: 'DE' } },
      { id: 'service', label: 'What is to be done', type: 'select', required: true, options: SERVICES },
      { id: 'urgent', label: 'It is urgent', type: 'boolean' },
      { id: 'budget', label: 'Budget (EUR)', type: 'number', rules: { min: 50, max: 100_000 } },
      { id: 'notes', label: 'More about it', type: 'long_text' },
    ],
  },
];

const range = (field: string, min?: number, max?: number) => ({
  field,
  kind: 'range',
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
  missing: 'fail',
});
const oneOf = (field: string, ...values: string[]) => ({
  field,
  kind: 'set',
  values,
  match: 'any',
  missing: 'fail',
});
const noneOf = (field: string, ...values: string[]) => ({
  field,
  kind: 'set',
  values,
  match: 'none',
  missing: 'pass',
});
const yes = (field: string) => ({ field, kind: 'boolean', value: true, missing: 'fail' });
const perDay = (value: number) => [{ window: 'day' as const, kind: 'count' as const, value }];

/** What a provider serves that names no countries of its own. */
export const COUNTRIES_SERVED = ['DE', 'AT', 'NL'];

/** Who hangs or is down gets few leads: the breaker sees to that, and a cap on top keeps the show moving. */
const FEW = perDay(2);

export const PROVIDERS: readonly ProviderPlan[] = [
  {
    name: 'Nordlicht Hosting',
    niche: 0,
    level: 0,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'accepting',
    balance: '4000.00',
  },
  {
    name: 'Polder Cloud',
    niche: 0,
    level: 0,
    country: 'NL',
    zone: 'Europe/Amsterdam',
    behaviour: 'slow',
    balance: '3000.00',
    filters: [range('budget', 40)],
  },
  {
    name: 'Thames Servers',
    niche: 0,
    level: 0,
    country: 'GB',
    zone: 'Europe/London',
    behaviour: 'rejecting duplicates',
    balance: '3000.00',
    filters: [oneOf('location', 'United Kingdom', 'anywhere')],
    phoneFormat: 'e164',
  },
  {
    name: 'Saimaa Data',
    niche: 0,
    level: 0,
    country: 'FI',
    zone: 'Europe/Helsinki',
    behaviour: 'accepting',
    balance: '96.00',
    filters: [range('cpu', 4)],
  },
  {
    name: 'Alpenserver',
    niche: 0,
    level: 1,
    country: 'AT',
    zone: 'Europe/Vienna',
    behaviour: 'accepting',
    balance: '2500.00',
    countries: ['AT', 'DE'],
  },
  {
    name: 'Shopfast',
    niche: 0,
    level: 1,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'failing half the time',
    balance: '2500.00',
    filters: [oneOf('purpose', 'website', 'online shop')],
  },
  {
    name: 'Iberia Hosting',
    niche: 0,
    level: 1,
    country: 'ES',
    zone: 'Europe/Madrid',
    behaviour: 'slow',
    balance: '1500.00',
    premiumRatio: 60,
  },
  {
    name: 'Managed Mountain',
    niche: 0,
    level: 1,
    country: 'CH',
    zone: 'Europe/Zurich',
    behaviour: 'accepting',
    balance: '2000.00',
    filters: [yes('management')],
  },
  {
    name: 'Gridiron VPS',
    niche: 0,
    level: 2,
    country: 'US',
    zone: 'America/New_York',
    behaviour: 'accepting',
    balance: '1500.00',
    filters: [noneOf('purpose', 'backup')],
  },
  {
    name: 'Sakura Nodes',
    niche: 0,
    level: 2,
    country: 'JP',
    zone: 'Asia/Tokyo',
    behaviour: 'accepting',
    balance: '1200.00',
    caps: perDay(60),
  },
  {
    name: 'Silent Racks',
    niche: 0,
    level: 2,
    country: 'PL',
    zone: 'Europe/Warsaw',
    behaviour: 'hanging',
    balance: '800.00',
    caps: FEW,
  },
  {
    name: 'Budgetbox',
    niche: 0,
    level: 2,
    country: 'CZ',
    zone: 'Europe/Prague',
    behaviour: 'accepting',
    balance: '900.00',
    filters: [range('budget', undefined, 60)],
    caps: [{ window: 'day', kind: 'spend', value: '300.00' }],
  },
  {
    name: 'Rohrfrei Nord',
    niche: 1,
    level: 0,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'accepting',
    balance: '4000.00',
    filters: [oneOf('service', 'plumbing')],
  },
  {
    name: 'Strom & Licht',
    niche: 1,
    level: 0,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'accepting',
    balance: '4000.00',
    filters: [oneOf('service', 'electrics')],
  },
  {
    name: 'Dach Direkt',
    niche: 1,
    level: 0,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'failing half the time',
    balance: '3000.00',
    filters: [oneOf('service', 'roofing'), range('budget', 500)],
  },
  {
    name: 'Farbenfroh',
    niche: 1,
    level: 0,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'accepting',
    balance: '128.00',
    filters: [oneOf('service', 'painting')],
  },
  {
    name: 'Hausmeister Berlin',
    niche: 1,
    level: 1,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'accepting',
    balance: '3000.00',
    filters: [{ field: 'postcode', kind: 'text', op: 'contains', value: '10', missing: 'fail' }],
  },
  {
    name: 'Handwerk Hamburg',
    niche: 1,
    level: 1,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'slow',
    balance: '2500.00',
    filters: [oneOf('postcode', '20095', '20099', '20144', '22765')],
  },
  {
    name: 'Gartenwerk',
    niche: 1,
    level: 1,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'rejecting duplicates',
    balance: '2000.00',
    filters: [oneOf('service', 'gardening', 'painting')],
  },
  {
    name: 'Notdienst Sofort',
    niche: 1,
    level: 1,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'accepting',
    balance: '2500.00',
    filters: [yes('urgent')],
    caps: [{ window: 'hour', kind: 'count', value: 40 }],
  },
  {
    name: 'Allround Süd',
    niche: 1,
    level: 2,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'accepting',
    balance: '2000.00',
  },
  {
    name: 'Handwerker Portal',
    niche: 1,
    level: 2,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'accepting',
    balance: '2500.00',
    caps: perDay(80),
  },
  {
    name: 'Meister Müller',
    niche: 1,
    level: 2,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'down',
    balance: '600.00',
    caps: FEW,
  },
  {
    name: 'Bau & Garten West',
    niche: 1,
    level: 2,
    country: 'DE',
    zone: 'Europe/Berlin',
    behaviour: 'accepting',
    balance: '1500.00',
    filters: [noneOf('service', 'electrics')],
  },
];
