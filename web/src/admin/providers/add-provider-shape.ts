import type { UseFormReturn } from 'react-hook-form';
import * as z from 'zod/mini';
import type { FieldRow } from '../../market/field-rows.tsx';
import type { Filter } from '../../market/words.ts';
import { isAmount } from '../../money/sum.ts';

/** What the form of a new provider asks for, and how it begins. */

const whole = (most: number, message: string) =>
  z.string().check(z.refine((text) => /^\d{1,7}$/.test(text.trim()) && Number(text) <= most, message));

export const shape = z.object({
  name: z.string().check(z.trim(), z.minLength(1, 'Write the name of the company.'), z.maxLength(200)),
  email: z.email('Write the e-mail address as name@example.com.'),
  country: z.string().check(z.minLength(2, 'Choose a country.')),
  niche_id: z.string().check(z.minLength(1, 'Choose a niche.')),
  level_id: z.string(),
  daily_limit: z
    .string()
    .check(z.refine((text) => /^[1-9]\d{0,5}$/.test(text.trim()), 'Write a whole number, at least 1.')),
  premium_ratio: whole(100, 'Write a whole number from 0 to 100.'),
  timezone: z.string().check(z.minLength(1, 'Choose a time zone.')),
  webhook_url: z.string().check(z.trim(), z.minLength(1, 'Write the address that takes leads.')),
  phone_format: z.string(),
  required_fields: z.string(),
  rows: z.array(z.object({ ours: z.string(), theirs: z.string(), value: z.string() })),
  filters: z.array(z.custom<Filter>()),
  save_unreachable: z.boolean(),
  opening_balance: z
    .string()
    .check(
      z.refine(
        (text) => text.trim() === '' || /^0+([.,]0+)?$/.test(text.trim()) || isAmount(text),
        'Write an amount such as 500.00, or leave it empty.',
      ),
    ),
});

export type Form = UseFormReturn<z.infer<typeof shape>>;

export const BEGINNING = {
  name: '',
  email: '',
  country: 'DE',
  niche_id: '',
  level_id: '',
  daily_limit: '50',
  premium_ratio: '70',
  timezone: 'Europe/Berlin',
  webhook_url: '',
  phone_format: 'international',
  required_fields: 'name,email,phone,country',
  rows: [] as FieldRow[],
  filters: [] as Filter[],
  save_unreachable: false,
  opening_balance: '',
};
