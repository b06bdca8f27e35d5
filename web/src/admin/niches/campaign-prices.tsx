import type { CampaignView } from '../../../../src/market/campaigns/schema.ts';
import type { LevelView } from '../../../../src/market/catalog/schema.ts';
import { dayOf } from '../../market/away.ts';
import { beginningOf, FromDay } from '../../market/coming-prices.tsx';
import { amountsOf, isAmount } from '../../money/sum.ts';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Time } from '../../ui/time.tsx';

/** What leads of a campaign cost at each level, now and from a day on. */

type Prices = Readonly<Record<string, string>>;
export type PricesDraft = { prices: Prices; comingDay: string; coming: Prices };

export const pricesDraftOf = (campaign: CampaignView | undefined): PricesDraft => ({
  prices: campaign?.level_prices ?? {},
  comingDay: campaign?.coming_level_prices ? dayOf(campaign.coming_level_prices.from) : '',
  coming: campaign?.coming_level_prices?.level_prices ?? campaign?.level_prices ?? {},
});

const anyWrong = (prices: Prices): boolean =>
  Object.values(prices).some((price) => price.trim() !== '' && !isAmount(price));

export const pricesWrong = ({ prices, comingDay, coming }: PricesDraft): boolean =>
  anyWrong(prices) || (comingDay !== '' && (anyWrong(coming) || beginningOf(comingDay) === undefined));

/** As the API takes them. What is announced goes along only when it was changed: its moment is not of this form alone. */
export function pricesOfDraft(draft: PricesDraft, campaign: CampaignView | undefined) {
  const before = pricesDraftOf(campaign);
  const from = beginningOf(draft.comingDay);
  const same =
    draft.comingDay === before.comingDay &&
    (draft.comingDay === '' || JSON.stringify(draft.coming) === JSON.stringify(before.coming));
  return {
    level_prices: amountsOf(draft.prices),
    ...(same ? {} : { coming_level_prices: from ? { level_prices: amountsOf(draft.coming), from } : null }),
  };
}

/** What leads of this campaign cost, where it is not the level's price. */
export const priceFacts = (campaign: CampaignView, levels: readonly LevelView[]) => [
  ...named(campaign.level_prices, campaign, levels).map(
    ([name, price]) => [`Price at ${name}`, price] as const,
  ),
  ...(campaign.coming_level_prices
    ? [['Coming prices', <Coming key="coming" {...{ campaign, levels }} />] as const]
    : []),
];

const named = (prices: Prices, { currency }: CampaignView, levels: readonly LevelView[]) =>
  levels
    .filter(({ id }) => prices[id] !== undefined)
    .map(({ id, name }) => [name, `${prices[id]} ${currency}`] as const);

function Coming({ campaign, levels }: { campaign: CampaignView; levels: readonly LevelView[] }) {
  const coming = campaign.coming_level_prices!;
  const prices = named(coming.level_prices, campaign, levels).map(([name, price]) => `${name} ${price}`);
  return (
    <>
      {prices.length ? prices.join(', ') : 'Those of the levels'} from <Time at={coming.from} />
    </>
  );
}

interface CampaignPricesProps {
  draft: PricesDraft;
  set: (change: Partial<PricesDraft>) => void;
  levels: readonly LevelView[];
  /** What the server found wrong with the day. */
  fault: string | undefined;
}

export function CampaignPrices({ draft, set, levels, fault }: CampaignPricesProps) {
  if (levels.length === 0) return null;
  return (
    <>
      <PriceFields
        legend="Price of a lead of this campaign"
        {...{ levels, prices: draft.prices }}
        onChange={(prices) => set({ prices })}
      />
      <FromDay
        label="Other prices from"
        optional
        day={draft.comingDay}
        error={fault}
        onChange={(comingDay) => set({ comingDay })}
      />
      {draft.comingDay !== '' && (
        <PriceFields
          legend="Prices from then on"
          note="Who will pay another price is told now."
          {...{ levels, prices: draft.coming }}
          onChange={(coming) => set({ coming })}
        />
      )}
    </>
  );
}

interface PriceFieldsProps {
  legend: string;
  note?: string;
  levels: readonly LevelView[];
  prices: Prices;
  onChange: (prices: Prices) => void;
}

/** A price per level; an empty one is the level's. */
export function PriceFields({ legend, note, levels, prices, onChange }: PriceFieldsProps) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="font-medium text-sm">{legend}</legend>
      <p className="text-muted text-sm">
        {note ?? 'Left empty: the price of the level. A provider’s own price goes before it.'}
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        {levels.map((level) => {
          const price = prices[level.id] ?? '';
          return (
            <Field
              key={level.id}
              label={level.name}
              error={price.trim() !== '' && !isAmount(price) ? 'Write an amount such as 12.50.' : undefined}
            >
              <Input
                inputMode="decimal"
                after={level.currency}
                placeholder={level.price_per_lead}
                value={price}
                onChange={(event) => onChange({ ...prices, [level.id]: event.target.value })}
              />
            </Field>
          );
        })}
      </div>
    </fieldset>
  );
}
