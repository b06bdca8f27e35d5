import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, type Refusal } from '../client.ts';
import { showRefusal } from '../form.ts';
import { homeOf, meQuery } from '../session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Notice } from '../ui/notice.tsx';
import { PasswordInput } from './password-input.tsx';
import { RefusalNotice } from './refusal-notice.tsx';
import { Shell } from './shell.tsx';

const EMAIL_WANTED = 'Write your e-mail address as name@example.com.';
/** No schema here: its library would be a tenth of what this page loads, and the server looks closely anyway. */
const rules = {
  email: { required: EMAIL_WANTED, pattern: { value: /^\S+@\S+\.\S+$/, message: EMAIL_WANTED } },
  password: { required: 'Write your password.' },
};

const route = getRouteApi('/login');

export function SignInPage() {
  const { next, ended } = route.useSearch();
  const queries = useQueryClient();
  const router = useRouter();
  const [refusal, setRefusal] = useState<Refusal>();
  const form = useForm({ defaultValues: { email: '', password: '' } });
  const { errors, isSubmitting } = form.formState;

  const signIn = form.handleSubmit(async (input) => {
    setRefusal(undefined);
    try {
      await api.post('/auth/login', input);
      const me = await queries.fetchQuery({ ...meQuery, staleTime: 0 });
      if (me) router.history.push(next ?? homeOf(me));
    } catch (error) {
      form.resetField('password');
      setRefusal(showRefusal(form, error));
    }
  });
  return (
    <Shell title="Sign in">
      <form noValidate onSubmit={signIn} className="flex flex-col gap-4">
        {ended && !refusal && <Notice title="Your session has ended. Sign in to go on where you were." />}
        <RefusalNotice refusal={refusal} />
        <Field label="E-mail" error={errors.email?.message}>
          <Input type="email" autoComplete="username" autoFocus {...form.register('email', rules.email)} />
        </Field>
        <Field label="Password" error={errors.password?.message}>
          <PasswordInput autoComplete="current-password" {...form.register('password', rules.password)} />
        </Field>
        <Button type="submit" look="primary" busy={isSubmitting} className="w-full">
          Sign in
        </Button>
      </form>
    </Shell>
  );
}
