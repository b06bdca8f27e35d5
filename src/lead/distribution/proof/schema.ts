import { z } from 'zod';

/** The proof as everybody, the operator and a provider see it. Hashes and salts are hex. */
const hex = z.string().regex(/^[0-9a-f]{64}$/);

export const proofDay = z.object({
  day: z.string(),
  root: hex.nullable(),
  previous_day: z.string().nullable(),
  previous_root: hex.nullable(),
  tree_root: hex.nullable(),
  decisions: z.number().nullable(),
  /** A root that was published for this day before a restore, which the data no longer give. */
  replaces: hex.nullable(),
  made_at: z.string().nullable(),
  seed_hash: hex.nullable(),
  /** Whether the hash of the secret was shown before the day began. */
  seed_ahead: z.boolean(),
  /** The secret itself, once its day is over. */
  seed: hex.nullable(),
});
export type ProofDay = z.infer<typeof proofDay>;

export const dayParams = z.object({ day: z.string().regex(/^\d{4}-\d\d-\d\d$/, 'a day as 2026-11-20') });

/** Days shown at once. */
export const DAYS_MAX = 100;
export const daysQuery = z.object({
  limit: z.coerce.number().int().min(1).max(DAYS_MAX).default(30),
  /** Only days before this one. */
  before: z.iso
    .date()
    .refine((day) => day >= '1970', 'a day as 2026-11-20')
    .optional(),
});

export const proofRun = z.object({
  run_at: z.string(),
  decisions: z.number(),
  replayed: z.number(),
  arithmetic_only: z.number(),
  erased: z.number(),
  findings: z.number(),
  first_finding: z.string().nullable(),
});
export const adminProofDay = proofDay.extend({ leaves: z.number().nullable(), run: proofRun.nullable() });
export type AdminProofDay = z.infer<typeof adminProofDay>;

const pathStep = z.object({ side: z.enum(['left', 'right']), hash: hex });

/** Own candidates of one decision, each with its way to the root of the decision, and from there to that of the day. */
export const decisionProof = z.object({
  niche_id: z.uuid(),
  niche: z.string(),
  seq: z.string().regex(/^\d{1,19}$/),
  lines: z.array(z.object({ text: z.string(), salt: hex, path: z.array(pathStep).max(64) })),
  path: z.array(pathStep).max(64),
});
export type DecisionProof = z.infer<typeof decisionProof>;

export const providerProof = z.object({
  format: z.literal('fairlead proof 1'),
  provider_id: z.uuid(),
  day: z.string(),
  root: hex,
  previous_root: hex.nullable(),
  tree_root: hex,
  decisions: z.string().regex(/^\d{1,19}$/),
  proofs: z.array(decisionProof),
  /** Give it as `cursor` for what follows; null: this was all. */
  next_cursor: z.string().nullable(),
});
export type ProviderProof = z.infer<typeof providerProof>;

export const PROOFS_MAX = 100;
export const proofsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(PROOFS_MAX).default(50),
  cursor: z.string().max(200).optional(),
});
