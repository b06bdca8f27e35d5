import { useState } from 'react';
import { sentenceOf, useAct } from '../../act.ts';
import { api, newKey } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/card.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/notice.tsx';
import { RadioGroup } from '../../ui/radio.tsx';
import { Time } from '../../ui/time.tsx';
import { bestOffer, countryOf, sharedWords } from './columns.tsx';
import type { BoughtLead, LeadForSale } from './queries.ts';

interface BuyDialogProps {
  lead: LeadForSale;
  onClose: () => void;
}

/** What is known of the lead, and the button that buys it at the price shown. */
export function BuyDialog({ lead, onClose }: BuyDialogProps) {
  const [chosen, setChosen] = useState(() => bestOffer(lead).subscription_id);
  const [key] = useState(newKey);
  const offer = lead.offers.find(({ subscription_id }) => subscription_id === chosen) ?? bestOffer(lead);
  const price = `${offer.price} ${lead.currency}`;
  const buy = useAct(
    () =>
      api.post<BoughtLead>(
        `/providers/me/store/${lead.id}/purchase`,
        { subscription_id: offer.subscription_id, price: offer.price },
        { key: `${key}-${offer.subscription_id}-${offer.price}` },
      ),
    {
      renew: ['mine', 'money'],
      done: ({ charged_amount, currency }) => `Lead bought for ${charged_amount} ${currency}`,
      onDone: onClose,
    },
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Buy this lead?"
      description="You see the person as soon as you have bought it. It is delivered like every lead of yours."
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look="primary"
            busy={buy.isPending}
            disabled={offer.obstacle !== null}
            onClick={() => buy.mutate()}
          >
            {`Buy for ${price}`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {buy.error && <Notice tone="bad" title={sentenceOf(buy.error)} />}
        {offer.obstacle && <Notice tone="warn" title={offer.obstacle} />}
        <Facts
          facts={[
            ['Niche', lead.niche_name],
            ['Campaign', lead.campaign_name],
            ['Country', countryOf(lead)],
            ['Type', lead.lead_type === 'premium' ? 'Premium' : 'Raw'],
            ...lead.answers.map(({ label, answer }) => [label, answer] as const),
            ['Came', <Time key="came" at={lead.ready_at} />],
            ['Shared', sharedWords(lead, offer)],
          ]}
        />
        {lead.offers.length > 1 && (
          <RadioGroup
            label="By which subscription"
            value={offer.subscription_id}
            onChange={setChosen}
            choices={lead.offers.map((one) => ({
              value: one.subscription_id,
              label: `${one.level_name}: ${one.price} ${lead.currency}`,
              note: sharedWords(lead, one),
            }))}
          />
        )}
      </div>
    </Dialog>
  );
}
