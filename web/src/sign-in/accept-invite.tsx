import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { api, type Refusal } from '../client.ts';
import { showRefusal } from '../form.ts';
import { meQuery } from '../session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { IncompleteLink } from './incomplete-link.tsx';
import { PASSWORD_HELP, PASSWORD_MIN } from './password.ts';
import { PasswordInput } from './password-input.tsx';
import { RefusalNotice } from './refusal-notice.tsx';
import { Shell } from './shell.tsx';

const choice = z.object({
  password: z.string().check(z.minLength(PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`)),
});

const route = getRouteApi('/accept-invite');

/** Opened by the link of an invitation: the person chooses a password and is signed in. */
export function AcceptInvitePage() {
  const { token } = route.useSearch();
  if (token) return <AcceptInviteForm token={token} />;
  return <IncompleteLink>Open the whole link of your invitation, or ask for a new one.</IncompleteLink>;
}

function AcceptInviteForm({ token }: { token: string }) {
  const queries = useQueryClient();
  const router = useRouter();
  const [refusal, setRefusal] = useState<Refusal>();
  const form = useForm({ resolver: zodResolver(choice), defaultValues: { password: '' } });
  const { errors, isSubmitting } = form.formState;

  const accept = form.handleSubmit(async ({ password }) => {
    setRefusal(undefined);
    try {
      await api.post('/auth/accept-invite', { token, password });
      await queries.fetchQuery({ ...meQuery, staleTime: 0 });
      await router.navigate({ to: '/' });
    } catch (error) {
      setRefusal(showRefusal(form, error));
    }
  });
  return (
    <Shell title="Choose your password" sentence="You sign in with your e-mail address and this password.">
      <form noValidate onSubmit={accept} className="flex flex-col gap-4">
        <RefusalNotice refusal={refusal} />
        <Field label="Password" help={PASSWORD_HELP} error={errors.password?.message}>
          <PasswordInput autoComplete="new-password" autoFocus {...form.register('password')} />
        </Field>
        <Button type="submit" look="primary" busy={isSubmitting} className="w-full">
          Save and sign in
        </Button>
      </form>
    </Shell>
  );
}
