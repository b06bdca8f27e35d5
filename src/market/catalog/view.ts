import { snakeKeys } from '../../kernel/names.ts';
import { revisionOf } from './form-revision.ts';
import { priceText } from './level-terms.ts';
import type { Level, Niche } from './niche.ts';
import type { FormView, LevelView, NicheView } from './schema.ts';
import type { FormVersion } from './store.ts';

const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null;

export function nicheView(niche: Niche): NicheView {
  return snakeKeys({
    ...niche,
    archivedAt: isoOrNull(niche.archivedAt),
    createdAt: niche.createdAt.toISOString(),
    updatedAt: niche.updatedAt.toISOString(),
  });
}

export function levelView({ comingPrice, comingPriceAt, ...level }: Level, currency: string): LevelView {
  return snakeKeys({
    ...level,
    currency,
    pricePerLead: priceText(level.pricePerLead, currency),
    comingPrice:
      comingPrice === null || comingPriceAt === null
        ? null
        : { price_per_lead: priceText(comingPrice, currency), from: comingPriceAt.toISOString() },
    archivedAt: isoOrNull(level.archivedAt),
    createdAt: level.createdAt.toISOString(),
    updatedAt: level.updatedAt.toISOString(),
  });
}

/** @param askedAgain its fields whose names an earlier change of the form took away */
export function formView(form: FormVersion, askedAgain: string[] = []): FormView {
  return {
    schema_version: form.schemaVersion,
    revision: revisionOf(form),
    asked_again: askedAgain,
    active: form.active,
    fields: form.fields,
    change_summary: form.changeSummary,
    created_at: form.createdAt.toISOString(),
    activated_at: isoOrNull(form.activatedAt),
  };
}
