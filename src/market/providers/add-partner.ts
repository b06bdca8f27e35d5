import type { AuditActor } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { idempotent } from '../../platform/idempotency.ts';
import { activeForm, levelsOf, type Niche, readNiche } from '../catalog/index.ts';
import {
  addEndpoint,
  checkUrl,
  type Endpoint,
  type EndpointTerms,
  refusals as endpointRefusals,
  readEndpoint,
  signingSecrets,
  unfillable,
  unfillableWords,
} from '../endpoints/index.ts';
import { addSubscription, readSubscription, type Subscription } from '../subscriptions/index.ts';
import { addProvider } from './edit-provider.ts';
import { refusals } from './errors.ts';
import type { Provider } from './provider.ts';
import type { NewPartner } from './schema.ts';
import { readProvider } from './store.ts';

export type AddedPartner = {
  provider: Provider;
  endpoint: Endpoint;
  /** Shown this one time. */
  secret: string;
  subscription: Subscription;
};

/** What a repeat is answered from: ids only. */
type Made = { providerId: string; endpointId: string; subscriptionId: string };

/**
 * A partner in one form: provider, endpoint and subscription, all or nothing. The address is tried first, over the
 * network, so before the transaction. A required field must be one that leads of the niche can have, or have a default
 * value; what a default value fills is no reason to keep leads away. With the same key once more the first partner is
 * the answer, with its present secret: whoever repeats never saw the first answer.
 * @throws Refusal webhook_url_refused, webhook_unreachable, phone_format_unknown, partner_niche_not_found,
 *   partner_level_needed, endpoint_field_unfillable and those of endpoint, subscription and key
 */
export async function addPartner(
  app: App,
  form: NewPartner,
  who: AuditActor,
  idempotencyKey: string | undefined,
): Promise<AddedPartner> {
  const phoneFormat = readPhoneFormat(form.phoneFormat);
  await checkUrl(app, form.webhookUrl, { field: 'webhook_url', saveUnreachable: form.saveUnreachable });
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const work = async () => ({ status: 201, answer: await add(app, tx, { form, phoneFormat }, who) });
    if (idempotencyKey === undefined) return readMade(app, tx, (await work()).answer);
    const request = { scope: `${who.id}:partners`, key: idempotencyKey, input: form };
    return readMade(app, tx, (await idempotent(tx, request, work)).answer);
  });
}

async function add(
  app: App,
  tx: Tx,
  { form, phoneFormat }: { form: NewPartner; phoneFormat: PhoneFormat },
  who: AuditActor,
): Promise<Made> {
  const niche = await nicheOf(tx, form.nicheId);
  await refuseUnfillable(tx, niche, form);
  const levelId = form.levelId ?? (await firstLevel(tx, niche));
  const provider = await addProvider(tx, providerOf(form), who);
  const { endpoint } = await addEndpoint(app, tx, endpointOf(form, provider.id, phoneFormat), who);
  const wishes = subscriptionOf(form, { providerId: provider.id, levelId, endpointId: endpoint.id });
  const subscription = await addSubscription(tx, wishes, who);
  return { providerId: provider.id, endpointId: endpoint.id, subscriptionId: subscription.id };
}

async function readMade(app: App, tx: Tx, made: Made): Promise<AddedPartner> {
  const endpoint = (await readEndpoint(tx, made.endpointId))!;
  const [secret] = signingSecrets(app.secrets, endpoint, new Date());
  return {
    provider: (await readProvider(tx, made.providerId))!,
    endpoint,
    secret: secret!,
    subscription: (await readSubscription(tx, made.subscriptionId))!,
  };
}

/** An endpoint that asks for what no lead has would refuse every lead, each of them paid. */
async function refuseUnfillable(tx: Tx, niche: Niche, form: NewPartner): Promise<void> {
  const fields = (await activeForm(tx, niche.id))?.fields ?? [];
  const details = unfillable(form, fields).map(({ name, at }) => ({
    field: `required_fields.${at}`,
    message: unfillableWords(name, niche.name),
  }));
  if (details.length > 0) throw endpointRefusals.endpoint_field_unfillable({ details });
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

const subscriptionOf = (
  form: NewPartner,
  place: { providerId: string; levelId: string; endpointId: string },
) => ({
  ...place,
  countries: [form.country],
  campaignIds: [],
  filters: form.filters,
  requiredFields: form.requiredFields.filter((name) => !Object.hasOwn(form.defaultValues, name)),
  caps: [{ window: 'day' as const, kind: 'count' as const, value: form.dailyLimit }],
  schedule: null,
  timezone: form.timezone,
  offHours: 'skip' as const,
  premiumRatio: form.premiumRatio,
  ratioMode: 'soft' as const,
  maxAgeMs: DAY_MS,
  priceOverride: null,
  weight: 1,
  priority: 0,
});

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
  fieldMap: form.fieldMap,
  defaultValues: form.defaultValues,
  withExtras: true,
  responseRules: [],
  timeoutMs: null,
  slots: null,
  acceptsTest: false,
  headers: {},
});
