import { z } from 'zod';

const EMAIL_MAX = 254;
const PASSWORD_MAX = 512;
const NAME_MAX = 100;
const TOKEN_MAX = 200;
const KEYS_MAX = 20;

export const roleShape = z.enum([
  'admin',
  'operator',
  'finance',
  'auditor',
  'provider_owner',
  'provider_member',
]);
export const statusShape = z.enum(['pending', 'active', 'deactivated', 'suspended']);

const email = z.email().max(EMAIL_MAX);
/** Length and strength are judged by their own codes; this only keeps nonsense out. */
const password = z.string().max(PASSWORD_MAX);
const personName = z.string().max(NAME_MAX * 2);

/** A person's name in one field or in two. */
const nameFields = {
  name: personName.optional(),
  first_name: personName.optional(),
  last_name: personName.optional(),
};
export type NameFields = { [field in keyof typeof nameFields]?: string | undefined };

export const loginBody = z.strictObject({
  email,
  password,
  token: z
    .boolean()
    .default(false)
    .describe('true: answer with a token for the Authorization header, no cookie'),
});

export const userShape = z.object({
  id: z.string(),
  email: z.string(),
  role: roleShape,
  provider_id: z.string().nullable(),
  first_name: z.string(),
  last_name: z.string(),
  status: statusShape,
  version: z.number().int(),
  created_at: z.iso.datetime(),
});

export const signedInShape = z.object({
  user: userShape,
  token: z.string().nullable().describe('Only when it was asked for'),
  expires_at: z.iso.datetime(),
});

export const meShape = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: roleShape,
  provider_id: z.string().nullable(),
  via: z.enum(['cookie', 'bearer', 'api_key']),
  scopes: z.array(z.string()),
  https: z.boolean().describe('false: the portal warns that the connection is not encrypted'),
});

export const logoutBody = z.strictObject({ everywhere: z.boolean().default(false) }).optional();
export const doneShape = z.object({ done: z.literal(true) });

export const firstAdminBody = z.strictObject({
  token: z.string().max(TOKEN_MAX),
  email,
  ...nameFields,
  password,
});

export const acceptInviteBody = z.strictObject({ token: z.string().max(TOKEN_MAX), password });

const invited = { email, ...nameFields };
export const providerUserBody = z.strictObject({
  ...invited,
  role: z.enum(['provider_owner', 'provider_member']).default('provider_owner'),
});
export const staffUserBody = z.strictObject({
  ...invited,
  role: z.enum(['admin', 'operator', 'finance', 'auditor']),
});
export const invitationShape = z.object({
  user: userShape,
  link: z.string().describe('One-time link; shown once'),
  expires_at: z.iso.datetime(),
});

export const userChangeBody = z.strictObject({
  role: roleShape.optional(),
  status: z.enum(['active', 'suspended', 'deactivated']).optional(),
  version: z.number().int().min(1).optional().describe('The version you saw; or send it as If-Match'),
});

export const idParams = z.object({ id: z.uuid() });

export const apiKeyBody = z.strictObject({
  name: z.string().trim().min(1).max(NAME_MAX),
  scopes: z
    .array(z.enum(['read', 'write']))
    .min(1)
    .max(2)
    .default(['read', 'write']),
});
export const apiKeyShape = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string().describe('The first characters, to tell keys apart'),
  scopes: z.array(z.string()),
  last_used_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
});
export const newApiKeyShape = apiKeyShape.extend({ key: z.string().describe('The key itself; shown once') });
export const apiKeysShape = z.array(apiKeyShape).max(KEYS_MAX);

export type UserReply = z.infer<typeof userShape>;
export type Me = z.infer<typeof meShape>;
