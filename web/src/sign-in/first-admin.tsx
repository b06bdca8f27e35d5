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
import { Input } from '../ui/input.tsx';
import { IncompleteLink } from './incomplete-link.tsx';
import { PASSWORD_HELP, PASSWORD_MIN } from './password.ts';
import { PasswordInput } from './password-input.tsx';
import { RefusalNotice } from './refusal-notice.tsx';
import { Shell } from './shell.tsx';

const person = z.object({
  name: z
    .string()
    .check(z.trim(), z.minLength(1, 'Write your name.'), z.maxLength(200, 'Shorten it to 200 characters.')),
  email: z.email('Write your e-mail address as name@example.com.'),
  password: z.string().check(z.minLength(PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`)),
});

const route = getRouteApi('/first-admin');

/** Opened by the link that `fairlead start` prints while there is no operator yet. */
export function FirstAdminPage() {
  const { token } = route.useSearch();
  if (token) return <FirstAdminForm token={token} />;
  return (
    <IncompleteLink>
      Open the whole link that the program printed when it started. Start it again to get a new one.
    </IncompleteLink>
  );
}

function FirstAdminForm({ token }: { token: string }) {
  const queries = useQueryClient();
  const router = useRouter();
  const [refusal, setRefusal] = useState<Refusal>();
  const form = useForm({
    resolver: zodResolver(person),
    defaultValues: { name: '', email: '', password: '' },
  });
  const { errors, isSubmitting } = form.formState;

  const create = form.handleSubmit(async (input) => {
    setRefusal(undefined);
    try {
      await api.post('/auth/first-admin', { token, ...input });
      await queries.fetchQuery({ ...meQuery, staleTime: 0 });
      await router.navigate({ to: '/' });
    } catch (error) {
      setRefusal(showRefusal(form, error));
    }
  });
  return (
    <Shell
      title="Set up the first operator"
      sentence="This account can do everything, including adding others. The link works once."
    >
      <form noValidate onSubmit={create} className="flex flex-col gap-4">
        <RefusalNotice refusal={refusal} />
        <Field label="Name" help="Shown beside what you do." error={errors.name?.message}>
          <Input autoComplete="name" autoFocus {...form.register('name')} />
        </Field>
        <Field label="E-mail" help="You sign in with it." error={errors.email?.message}>
          <Input type="email" autoComplete="username" {...form.register('email')} />
        </Field>
        <Field label="Password" help={PASSWORD_HELP} error={errors.password?.message}>
          <PasswordInput autoComplete="new-password" {...form.register('password')} />
        </Field>
        <Button type="submit" look="primary" busy={isSubmitting} className="w-full">
          Create account
        </Button>
      </form>
    </Shell>
  );
}
