import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { CampaignPolicy } from '../../src/market/campaigns/index.ts';
import { editCampaign } from '../../src/market/campaigns/index.ts';
import {
  type CreatedNiche,
  createNiche,
  type FormField,
  type Level,
  type Niche,
} from '../../src/market/catalog/index.ts';
import { createEndpoint, type Endpoint } from '../../src/market/endpoints/index.ts';
import { createProvider, type Provider } from '../../src/market/providers/index.ts';
import { type Subscription, subscribe } from '../../src/market/subscriptions/index.ts';
import { lockProviders, post } from '../../src/money/ledger/index.ts';
import type { App } from '../../src/platform/app.ts';

/** Niches, providers and subscriptions for everybody's tests, made through the use cases. */

/** Any fields of a use case's input that a test wants to set itself. */
type NicheInput = Parameters<typeof createNiche>[1];
type SubscriptionInput = Parameters<typeof subscribe>[1];
type EndpointInput = Parameters<typeof createEndpoint>[1];
type ProviderInput = Parameters<typeof createProvider>[1];
type LevelInput = NicheInput['levels'][number];

export type SeededNiche = Omit<CreatedNiche, 'warnings'> & { niche: Niche; level: Level };

/** A form with one field of each kind that can be filtered by. */
export const VPS_FORM: FormField[] = [
  { id: 'name', label: 'Name', type: 'name', required: true },
  { id: 'email', label: 'E-mail', type: 'email', required: true },
  { id: 'phone', label: 'Phone', type: 'phone', required: true },
  { id: 'country', label: 'Country', type: 'country', required: true },
  { id: 'budget', label: 'Budget', type: 'range', required: false, rules: { min: 0, max: 1000 } },
  {
    id: 'purpose',
    label: 'Purpose',
    type: 'select',
    required: false,
    options: [
      { value: 'web', label: 'Web site' },
      { value: 'game', label: 'Game server' },
    ],
  },
  { id: 'managed', label: 'Managed', type: 'boolean', required: false },
  { id: 'note', label: 'Note', type: 'text', required: false },
];

let made = 0;

/** A niche with one level of 10.00 unless the test names others; `level` is the first. */
export async function seedNiche(
  app: App,
  options: Partial<Omit<NicheInput, 'levels'>> & {
    levels?: (Partial<LevelInput> & { pricePerLead?: string })[];
    policy?: Partial<CampaignPolicy>;
  } = {},
): Promise<SeededNiche> {
  made += 1;
  const slug = `seeded-${process.pid}-${made}`;
  const { levels = [{}], policy, ...niche } = options;
  const saved = await createNiche(
    app,
    {
      name: `Seeded niche ${made}`,
      slug,
      description: '',
      nicheGroup: slug,
      currency: 'EUR',
      isLocationBased: false,
      duplicateWindowDays: 30,
      unsoldExpiryMs: null,
      preset: 'exchange',
      fields: VPS_FORM,
      ...niche,
      levels: levels.map((level, at) => ({
        name: `Level ${at + 1}`,
        pricePerLead: '10.00',
        refundUndelivered: false,
        active: true,
        ...level,
      })),
    },
    SYSTEM,
  );
  if (policy) await editCampaign(app, { id: saved.campaignId, expected: 1, edit: policy }, SYSTEM);
  return { ...saved, level: saved.levels[0]! };
}

/**
 * An active provider; `balance` in minor units is paid in as a deposit, so that ledger and wallet agree.
 */
export async function seedProvider(
  app: App,
  options: Partial<ProviderInput> & { balance?: bigint; currency?: string } = {},
): Promise<Provider> {
  made += 1;
  const { balance = 0n, currency = 'EUR', ...input } = options;
  const provider = await createProvider(
    app,
    {
      companyName: `Seeded provider ${made}`,
      contactEmail: `office-${made}@example.com`,
      website: null,
      country: 'DE',
      timezone: 'Europe/Berlin',
      lowBalanceThreshold: 0,
      lowBalanceAlertEmail: null,
      notificationPreferences: {},
      status: 'active',
      ...input,
    },
    SYSTEM,
  );
  if (balance > 0n) await payIn(app, provider.id, balance, currency);
  return provider;
}

/** Money in, as a bank transfer that an operator wrote down. Minor units. */
export async function payIn(app: App, providerId: string, amount: bigint, currency = 'EUR'): Promise<void> {
  await app.db.tx({ role: 'operator' }, async (tx) => {
    await lockProviders(tx, [providerId]);
    const transfer = { cause: `deposit:bank:${newId()}`, amount, currency, providerId };
    await post(tx, [{ kind: 'deposit', clearing: 'clearing_bank', ...transfer }], new Date());
  });
}

/** A subscription without any wish of its own, unless the test names some. */
export async function seedSubscription(
  app: App,
  options: Partial<SubscriptionInput> & Pick<SubscriptionInput, 'providerId' | 'levelId'>,
): Promise<Subscription> {
  const input: SubscriptionInput = {
    endpointId: null,
    countries: [],
    campaignIds: [],
    filters: [],
    requiredFields: [],
    caps: [],
    schedule: null,
    timezone: undefined,
    offHours: 'skip',
    premiumRatio: null,
    ratioMode: 'soft',
    maxAgeMs: 24 * 60 * 60 * 1_000,
    priceOverride: null,
    weight: 1,
    priority: 0,
    ...options,
  };
  return subscribe(app, input, SYSTEM);
}

/** An endpoint at `url` (an address of test/support/receivers.ts) with its signing secret. */
export async function seedEndpoint(
  app: App,
  options: Partial<EndpointInput> & Pick<EndpointInput, 'providerId' | 'url'>,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const input: EndpointInput = {
    name: 'Seeded endpoint',
    format: 'json',
    phoneFormat: 'international',
    countryFormat: 'name',
    requiredFields: ['name', 'email', 'phone', 'country'],
    fieldMap: {},
    defaultValues: {},
    withExtras: true,
    responseRules: [],
    timeoutMs: null,
    slots: null,
    acceptsTest: false,
    headers: {},
    ...options,
  };
  return createEndpoint(app, input, SYSTEM);
}
