import type { AuditActor } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { activeForm, levelsOf, type Niche, readNiche } from '../catalog/index.ts';
import { addEndpoint, checkUrl, type Endpoint, type EndpointTerms } from '../endpoints/index.ts';
import { addSubscription, knownFields, type Subscription } from '../subscriptions/index.ts';
import { addProvider } from './edit-provider.ts';
import { refusals } from './errors.ts';
import type { Provider } from './provider.ts';
import type { NewPartner } from './schema.ts';

export type AddedPartner = {
  provider: Provider;
  endpoint: Endpoint;
  /** Shown this one time. */
  secret: string;
  subscription: Subscription;
};

/**
 * A partner in one form: provider, endpoint and subscription, all or nothing. The address is checked first, over the
 * network, so before the transaction. Fields that no lead of the niche has are sent by the endpoint only, where
 * mapping and default values can fill them.
 * @throws Refusal webhook_url_refused, phone_format_unknown, partner_niche_not_found, partner_level_needed
 */
export async function addPartner(app: App, form: NewPartner, who: AuditActor): Promise<AddedPartner> {
  const phoneFormat = readPhoneFormat(form.phoneFormat);
  await checkUrl(app, form.webhookUrl, 'webhook_url');
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const niche = await nicheOf(tx, form.nicheId);
    const levelId = form.levelId ?? (await firstLevel(tx, niche));
    const provider = await addProvider(tx, providerOf(form), who);
    const { endpoint, secret } = await addEndpoint(app, tx, endpointOf(form, provider.id, phoneFormat), who);
    const fields = (await activeForm(tx, niche.id))?.fields ?? [];
    const subscription = await addSubscription(
      tx,
      {
        providerId: provider.id,
        levelId,
        endpointId: endpoint.id,
        countries: [form.country],
        campaignIds: [],
        filters: [],
        requiredFields: knownFields(form.requiredFields, fields),
        caps: [{ window: 'day', kind: 'count', value: form.dailyLimit }],
        schedule: null,
        timezone: form.timezone,
        offHours: 'skip',
        premiumRatio: form.premiumRatio,
        ratioMode: 'soft',
        maxAgeMs: DAY_MS,
        priceOverride: null,
        weight: 1,
        priority: 0,
      },
      who,
    );
    return { provider, endpoint, secret, subscription };
  });
}

const DAY_MS = 24 * 60 * 60 * 1_000;
type PhoneFormat = EndpointTerms['phoneFormat'];

/** The formats by our name and as the partners' form writes them, with an example in brackets. */
const PHONE_FORMATS: Record<string, PhoneFormat> = {
  international: 'international',
  national: 'national',
  local: 'local',
  e164: 'e164',
  national_trunk: 'national_trunk',
};

function readPhoneFormat(text: string): PhoneFormat {
  const name = text.replace(/\(.*$/, '').trim().toLowerCase().replaceAll(' ', '_');
  const format = Object.hasOwn(PHONE_FORMATS, name) ? PHONE_FORMATS[name] : undefined;
  if (format !== undefined) return format;
  const message = `Choose one of ${Object.keys(PHONE_FORMATS).join(', ')}.`;
  throw refusals.phone_format_unknown({ details: [{ field: 'phone_format', message }] });
}

async function nicheOf(tx: Tx, id: string): Promise<Niche> {
  const niche = await readNiche(tx, id);
  if (niche && niche.archivedAt === null) return niche;
  throw refusals.partner_niche_not_found({
    details: [{ field: 'niche_id', message: 'There is no such niche.' }],
  });
}

async function firstLevel(tx: Tx, niche: Niche): Promise<string> {
  const levels = (await levelsOf(tx, niche.id)).filter((level) => level.active);
  const level = levels.find((one) => one.id === niche.defaultLevelId) ?? levels[0];
  if (level) return level.id;
  throw refusals.partner_level_needed({ details: [{ field: 'level_id', message: 'Name a level.' }] });
}

const providerOf = (form: NewPartner) => ({
  companyName: form.name,
  contactEmail: form.email,
  website: null,
  country: form.country,
  timezone: form.timezone,
  lowBalanceThreshold: 10_000,
  lowBalanceAlertEmail: null,
  notificationPreferences: {},
  status: 'active' as const,
});

const endpointOf = (form: NewPartner, providerId: string, phoneFormat: PhoneFormat) => ({
  providerId,
  name: form.name.slice(0, 100),
  url: form.webhookUrl,
  format: 'json' as const,
  phoneFormat,
  countryFormat: 'name' as const,
  requiredFields: form.requiredFields,
  fieldMap: {},
  defaultValues: {},
  withExtras: true,
  responseRules: [],
  timeoutMs: null,
  slots: null,
  acceptsTest: false,
  headers: {},
});
