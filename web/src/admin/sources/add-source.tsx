import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { SourceView } from '../../../../src/market/sources/schema.ts';
import { sentenceOf, useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { campaignsQuery, nichesQuery } from '../../market/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { newSourceTypes } from './queries.ts';
import { TokenOnce } from './token-once.tsx';

const BEGINNING = { name: '', type: 'api', niche: '', campaign: '', attested: false, rate: '' };

interface AddSourceProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function AddSource({ open, onOpenChange }: AddSourceProps) {
  const [draft, setDraft] = useState(BEGINNING);
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }));
  const niches = useQuery({ ...nichesQuery, enabled: open });
  const campaigns = useQuery({ ...campaignsQuery(draft.niche), enabled: draft.niche !== '' });
  const usual = campaigns.data?.find((one) => one.is_default) ?? campaigns.data?.[0];
  const campaignId = draft.campaign || usual?.id;
  const add = useAct(
    () =>
      api.post<{ source: SourceView; token: string }>('/admin/sources', {
        name: draft.name,
        type: draft.type,
        campaign_id: campaignId,
        attested: draft.attested,
        rate_per_minute: draft.rate.trim() ? Number(draft.rate) : null,
      }),
    { renew: ['sources'] },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each opening begins empty
  useEffect(() => {
    if (!open) return;
    setDraft(BEGINNING);
    add.reset();
  }, [open]);
  const rateWrong = draft.rate.trim() !== '' && !/^[1-9]\d{0,5}$/.test(draft.rate.trim());
  return (
    <Dialog
      wide={add.data !== undefined}
      open={open}
      onOpenChange={onOpenChange}
      title={add.data ? `${add.data.source.name} is added` : 'Add source'}
      description={add.data ? undefined : 'You get a token with which it sends leads.'}
      actions={
        add.data ? (
          <DialogClose render={<Button look="primary">I have copied it</Button>} />
        ) : (
          <>
            <DialogClose render={<Button>Go back</Button>} />
            <Button
              look="primary"
              busy={add.isPending}
              disabled={!draft.name.trim() || !campaignId || rateWrong}
              onClick={() => add.mutate()}
            >
              Add source
            </Button>
          </>
        )
      }
    >
      {add.data ? (
        <TokenOnce token={add.data.token} nicheId={add.data.source.niche_id} />
      ) : (
        <div className="flex flex-col gap-3">
          {add.error && <Notice tone="bad" title={sentenceOf(add.error)} />}
          <Field label="Name" help="As you want to find it in lists and reports.">
            <Input
              autoFocus
              placeholder="facebook_ads"
              value={draft.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          </Field>
          <Field label="Kind" native={false}>
            <Select value={draft.type} onChange={(type) => set({ type })} choices={newSourceTypes} />
          </Field>
          <div className="grid gap-3 sm:grid-cols-2">
            <Field label="Niche" native={false}>
              <Select
                value={draft.niche || null}
                onChange={(niche) => set({ niche, campaign: '' })}
                choices={niches.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
              />
            </Field>
            <Field label="Campaign" native={false}>
              <Select
                disabled={!campaigns.data}
                placeholder="Choose a niche first"
                value={campaignId ?? null}
                onChange={(campaign) => set({ campaign })}
                choices={campaigns.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
              />
            </Field>
          </div>
          <Checkbox
            label="It vouches for the consent"
            help="Only for sources you trust: its leads need no confirmation where the campaign says so."
            checked={draft.attested}
            onCheckedChange={(attested) => set({ attested })}
          />
          <Field
            label="Leads a minute"
            optional
            help="Left empty: as many as the installation allows."
            error={rateWrong ? 'Write a whole number.' : undefined}
          >
            <Input
              inputMode="numeric"
              value={draft.rate}
              onChange={(event) => set({ rate: event.target.value })}
            />
          </Field>
        </div>
      )}
    </Dialog>
  );
}
