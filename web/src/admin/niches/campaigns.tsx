import { useQuery } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { CampaignView } from '../../../../src/market/campaigns/schema.ts';
import type { LevelView } from '../../../../src/market/catalog/schema.ts';
import { isStale, sentenceOf, useAct } from '../../act.ts';
import { api, Refusal } from '../../client.ts';
import { countryChoices, countryName } from '../../market/places.ts';
import { Badge, Status } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { MultiCombobox } from '../../ui/combobox.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Textarea } from '../../ui/textarea.tsx';
import { CampaignPrices, priceFacts, pricesDraftOf, pricesOfDraft, pricesWrong } from './campaign-prices.tsx';
import { approvals, confirmations, labelOf, lateApprovals, purchases } from './words.ts';

const CAMPAIGNS_MAX = 50;

interface CampaignsTabProps {
  nicheId: string;
  levels: readonly LevelView[];
  mayEdit: boolean;
}

/** How the leads of a niche come in: who confirms, who approves, what people agree to. */
export function CampaignsTab({ nicheId, levels, mayEdit }: CampaignsTabProps) {
  const [editing, setEditing] = useState<CampaignView>();
  const list = useQuery({
    queryKey: ['campaigns', nicheId],
    queryFn: ({ signal }) =>
      api.page<CampaignView>('/admin/campaigns', { niche_id: nicheId, limit: CAMPAIGNS_MAX }, { signal }),
  });
  if (list.error) return <ProblemNotice problem={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <SkeletonLines lines={5} />;
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      {list.data.data.map((campaign) => (
        <Card
          key={campaign.id}
          title={
            <span className="flex flex-wrap items-center gap-2">
              {campaign.name}
              <Status kind="niche" state={campaign.active ? 'active' : 'inactive'} />
              {campaign.is_default && <Badge>Usual campaign</Badge>}
            </span>
          }
          aside={
            mayEdit && (
              <Button size="sm" onClick={() => setEditing(campaign)}>
                <Pencil aria-hidden />
                Edit
              </Button>
            )
          }
        >
          <Facts
            facts={[
              [
                'Countries',
                campaign.countries.length ? campaign.countries.map(countryName).join(', ') : 'Every country',
              ],
              ['Confirmed', labelOf(confirmations, campaign.confirmation)],
              [
                'Approved',
                `${labelOf(approvals, campaign.approval)}${campaign.approval_score === null ? '' : ` of ${campaign.approval_score}`}`,
              ],
              ['Nobody decides for 25 minutes', labelOf(lateApprovals, campaign.late_approval)],
              ['Premium', `From a score of ${campaign.premium_score}`],
              ['Told to the person', `Up to ${campaign.recipients_told} companies`],
              ['Providers may buy', labelOf(purchases, campaign.purchase)],
              ...priceFacts(campaign, levels),
              ['Consent text', `Version ${campaign.consent_version}`],
            ]}
          />
          <p className="mt-3 whitespace-pre-line rounded-control border bg-surface-2 p-3 text-sm">
            {campaign.consent_text}
          </p>
        </Card>
      ))}
      <CampaignForm campaign={editing} levels={levels} onClose={() => setEditing(undefined)} />
    </div>
  );
}

const draftOf = (campaign: CampaignView | undefined) => ({
  countries: campaign?.countries ?? [],
  confirmation: campaign?.confirmation ?? 'double_opt_in',
  approval: campaign?.approval ?? 'manual',
  late_approval: campaign?.late_approval ?? 'alert',
  score: String(campaign?.approval_score ?? 70),
  premium: String(campaign?.premium_score ?? 70),
  told: String(campaign?.recipients_told ?? 10),
  purchase: campaign?.purchase ?? 'off',
  consent_text: campaign?.consent_text ?? '',
  ...pricesDraftOf(campaign),
});

type Draft = ReturnType<typeof draftOf>;

const scoreWrong = (draft: Draft): boolean => draft.approval === 'auto_if' && !isPercent(draft.score);
const toldWrong = (draft: Draft): boolean => !/^([1-9]\d?|100)$/.test(draft.told.trim());
const isPercent = (text: string): boolean => /^(100|\d{1,2})$/.test(text.trim());

/** What is wrong with the day of other prices. */
const faultOf = (error: unknown): string | undefined =>
  error instanceof Refusal
    ? error.details.find(({ field }) => field === 'coming_level_prices.from')?.message
    : undefined;

interface CampaignFormProps {
  campaign: CampaignView | undefined;
  levels: readonly LevelView[];
  onClose: () => void;
}

function CampaignForm({ campaign, levels, onClose }: CampaignFormProps) {
  const [draft, setDraft] = useState(() => draftOf(campaign));
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }));
  const save = useAct(
    () => {
      const { score, premium, told, prices: _, coming: __, comingDay: ___, ...rest } = draft;
      const body = {
        ...rest,
        approval_score: draft.approval === 'auto_if' ? Number(score) : null,
        premium_score: Number(premium),
        recipients_told: Number(told),
        ...pricesOfDraft(draft, campaign),
      };
      const path = `/admin/campaigns/${campaign?.id}`;
      return api.patch<{ warnings: string[] }>(path, body, { version: campaign?.version });
    },
    {
      done: ({ warnings }) => ['Campaign saved', ...warnings].join('. '),
      renew: ['campaigns', 'niches', 'subscriptions', 'provider'],
      onDone: onClose,
    },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each opening begins with what is stored now
  useEffect(() => {
    if (!campaign) return;
    setDraft(draftOf(campaign));
    save.reset();
  }, [campaign]);
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(campaign));
  return (
    <Dialog
      open={campaign !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={`Edit ${campaign?.name ?? 'campaign'}`}
      description="It holds for leads that come from now on."
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look="primary"
            busy={save.isPending}
            disabled={
              !changed ||
              scoreWrong(draft) ||
              toldWrong(draft) ||
              !isPercent(draft.premium) ||
              pricesWrong(draft)
            }
            onClick={() => save.mutate()}
          >
            Save campaign
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {save.error && (
          <Notice
            tone="bad"
            title={
              isStale(save.error)
                ? 'Somebody changed this campaign meanwhile. Go back, look at it again, then repeat your change.'
                : sentenceOf(save.error)
            }
          />
        )}
        <Field label="Countries" help="None chosen: every country." native={false}>
          <MultiCombobox
            choices={countryChoices()}
            values={draft.countries}
            placeholder="Every country"
            onChange={(countries) => set({ countries })}
          />
        </Field>
        <Field label="Consent is confirmed" native={false}>
          <Select
            value={draft.confirmation}
            choices={confirmations}
            onChange={(confirmation) => set({ confirmation })}
          />
        </Field>
        <Field label="Leads are approved" native={false}>
          <Select value={draft.approval} choices={approvals} onChange={(approval) => set({ approval })} />
        </Field>
        {draft.approval !== 'auto' && (
          <Field label="When nobody decides for 25 minutes" native={false}>
            <Select
              value={draft.late_approval}
              choices={lateApprovals}
              onChange={(late_approval) => set({ late_approval })}
            />
          </Field>
        )}
        <Scores draft={draft} set={set} />
        <Field label="Providers may buy themselves" native={false}>
          <Select value={draft.purchase} choices={purchases} onChange={(purchase) => set({ purchase })} />
        </Field>
        <CampaignPrices
          draft={draft}
          set={set}
          levels={levels.filter(({ archived_at }) => archived_at === null)}
          fault={faultOf(save.error)}
        />
        <Field label="Consent text" help="Another text becomes its next version; the former ones are kept.">
          <Textarea
            rows={5}
            value={draft.consent_text}
            onChange={(event) => set({ consent_text: event.target.value })}
          />
        </Field>
      </div>
    </Dialog>
  );
}

interface ScoresProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}

/** From which scores leads are approved by themselves and premium, and how many companies are told. */
function Scores({ draft, set }: ScoresProps) {
  return (
    <>
      {draft.approval === 'auto_if' && (
        <Field
          label="From a score of"
          error={scoreWrong(draft) ? 'Write a whole number from 0 to 100.' : undefined}
        >
          <Input
            inputMode="numeric"
            value={draft.score}
            onChange={(event) => set({ score: event.target.value })}
          />
        </Field>
      )}
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label="Premium from a score of"
          error={isPercent(draft.premium) ? undefined : 'Write a whole number from 0 to 100.'}
        >
          <Input
            inputMode="numeric"
            value={draft.premium}
            onChange={(event) => set({ premium: event.target.value })}
          />
        </Field>
        <Field
          label="Companies told to the person"
          error={toldWrong(draft) ? 'Write a number from 1 to 100.' : undefined}
        >
          <Input
            inputMode="numeric"
            value={draft.told}
            onChange={(event) => set({ told: event.target.value })}
          />
        </Field>
      </div>
    </>
  );
}
