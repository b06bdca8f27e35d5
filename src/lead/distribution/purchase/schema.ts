import { z } from 'zod';
import { isId } from '../../../kernel/ids.ts';

const id = z.string().refine(isId, { message: 'This is no id.' });

export const saleQuery = z.object({ niche_id: id.optional() });
export const saleParams = z.object({ id });

/** No name, no address, no free text: the person is nobody's before a purchase. */
export const leadForSale = z.object({
  id: z.string(),
  niche_id: z.string(),
  niche_name: z.string(),
  campaign_name: z.string(),
  country: z.string().nullable(),
  lead_type: z.enum(['premium', 'raw']),
  /** When the person had sent and confirmed it. */
  ready_at: z.string(),
  /** Until then it is for sale. */
  expires_at: z.string(),
  /** Companies that have it already. */
  holders: z.number(),
  currency: z.string(),
  /** Those fields of the form that are marked as shown before a purchase. */
  answers: z.array(z.object({ field: z.string(), label: z.string(), answer: z.string() })),
  offers: z.array(
    z.object({
      subscription_id: z.string(),
      level_name: z.string(),
      price: z.string(),
      /** With the buyer at most so many companies have the lead. */
      max_shared: z.number(),
      /** What has to be done before it can be bought; null: nothing. */
      obstacle: z.string().nullable(),
    }),
  ),
});
export type LeadForSale = z.infer<typeof leadForSale>;

export const purchaseBody = z.strictObject({
  subscription_id: id,
  /** As the list showed it: nobody pays another price. */
  price: z.string().regex(/^\d{1,15}(\.\d{1,3})?$/, 'Send the price as the list shows it, such as "12.50".'),
});
export const boughtLead = z.object({
  assignment_id: z.string(),
  lead_id: z.string(),
  subscription_id: z.string(),
  state: z.enum(['held', 'charged']),
  charged_amount: z.string(),
  currency: z.string(),
  decision_seq: z.string(),
});
export type BoughtLead = z.infer<typeof boughtLead>;
