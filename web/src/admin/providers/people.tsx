import { useQuery } from '@tanstack/react-query';
import { UserPlus, Users } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { UserReply } from '../../../../src/access/schema.ts';
import { sentenceOf, useAct } from '../../act.ts';
import { api, Refusal } from '../../client.ts';
import { CopyLine } from '../../market/secret-once.tsx';
import { Status } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import type { ProviderDetail } from './queries.ts';

const PEOPLE_MAX = 100;
const roleWords: Record<string, string> = { provider_owner: 'Owner', provider_member: 'Member' };

/** Who may sign in for a provider, and inviting one more. */
export function People({ provider }: { provider: ProviderDetail }) {
  const [inviting, setInviting] = useState(false);
  const list = useQuery({
    queryKey: ['provider', provider.id, 'people'],
    queryFn: ({ signal }) =>
      api.page<UserReply>(`/admin/providers/${provider.id}/users`, { limit: PEOPLE_MAX }, { signal }),
  });
  const invite = (
    <Button onClick={() => setInviting(true)}>
      <UserPlus aria-hidden />
      Invite somebody
    </Button>
  );
  return (
    <div className="flex flex-col items-start gap-4">
      {list.data && list.data.data.length > 0 && invite}
      <Table
        label="People"
        className="w-full"
        columns={columns}
        rows={list.data?.data}
        rowId={(row) => row.id}
        problem={list.error}
        onRetry={() => void list.refetch()}
        empty={
          <Empty icon={Users} title="Nobody can sign in yet" action={invite}>
            Invite the provider's first person. You get a link to pass on.
          </Empty>
        }
      />
      <InviteDialog provider={provider} open={inviting} onOpenChange={setInviting} />
    </div>
  );
}

const columns: readonly Column<UserReply>[] = [
  {
    id: 'name',
    header: 'Name',
    grow: true,
    cell: (row) => `${row.first_name} ${row.last_name}`.trim() || row.email,
  },
  { id: 'email', header: 'E-mail', cell: (row) => row.email },
  { id: 'role', header: 'Role', cell: (row) => roleWords[row.role] ?? row.role },
  { id: 'state', header: 'State', cell: (row) => <Status kind="user" state={row.status} /> },
  { id: 'since', header: 'Since', align: 'right', cell: (row) => <Time at={row.created_at} quiet /> },
];

interface InviteDialogProps {
  provider: ProviderDetail;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function InviteDialog({ provider, open, onOpenChange }: InviteDialogProps) {
  const [draft, setDraft] = useState({ name: '', email: '', role: 'provider_owner' });
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }));
  const invite = useAct(
    () => api.post<{ link: string; expires_at: string }>(`/admin/providers/${provider.id}/users`, draft),
    { renew: ['provider'] },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each opening begins empty
  useEffect(() => {
    if (!open) return;
    setDraft({ name: '', email: '', role: 'provider_owner' });
    invite.reset();
  }, [open]);
  const fault = (field: string) =>
    invite.error instanceof Refusal
      ? invite.error.details.find((one) => one.field === field)?.message
      : undefined;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={invite.data ? 'Invitation made' : `Invite somebody of ${provider.company_name}`}
      actions={
        invite.data ? (
          <DialogClose render={<Button look="primary">Done</Button>} />
        ) : (
          <>
            <DialogClose render={<Button>Go back</Button>} />
            <Button
              look="primary"
              busy={invite.isPending}
              disabled={!draft.email.includes('@') || !draft.name.trim()}
              onClick={() => invite.mutate()}
            >
              Invite
            </Button>
          </>
        )
      }
    >
      {invite.data ? (
        <div className="flex flex-col gap-3">
          <p className="text-sm">
            Pass this link on in a safe way. With it they choose their password; it works once, until{' '}
            {new Date(invite.data.expires_at).toLocaleString()}.
          </p>
          <CopyLine label="Link" text={invite.data.link} />
        </div>
      ) : (
        <div className="flex flex-col gap-3">
          {invite.error && <Notice tone="bad" title={sentenceOf(invite.error)} />}
          <Field label="Name" error={fault('name')}>
            <Input autoFocus value={draft.name} onChange={(event) => set({ name: event.target.value })} />
          </Field>
          <Field label="E-mail" error={fault('email')}>
            <Input
              type="email"
              value={draft.email}
              onChange={(event) => set({ email: event.target.value })}
            />
          </Field>
          <Field label="Role" native={false}>
            <Select
              value={draft.role}
              onChange={(role) => set({ role })}
              choices={[
                { value: 'provider_owner', label: 'Owner', note: 'Everything, money and settings included' },
                { value: 'provider_member', label: 'Member', note: 'Works with leads' },
              ]}
            />
          </Field>
        </div>
      )}
    </Dialog>
  );
}
