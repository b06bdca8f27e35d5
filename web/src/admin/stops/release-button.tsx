import { Play } from 'lucide-react';
import { useState } from 'react';
import { useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { useRights } from '../../rights.ts';
import { Button } from '../../ui/button.tsx';
import { type StopView, stopSubject } from './queries.ts';
import { ReasonDialog } from './reason-dialog.tsx';

/** Ends a stop, with a reason: what waited goes on at once. */
export function ReleaseButton({ stop, small = false }: { stop: StopView; small?: boolean }) {
  const { operate } = useRights();
  const [open, setOpen] = useState(false);
  const release = useAct(
    (reason: string) => api.post<StopView>(`/admin/stop-switches/${stop.id}/release`, { reason }),
    {
      done: (ended) => `${stopSubject(ended)} goes on`,
      renew: ['stops', 'leads', 'lead'],
      onDone: () => setOpen(false),
    },
  );
  if (!operate) return null;
  return (
    <ReasonDialog
      trigger={
        <Button size={small ? 'sm' : 'md'} aria-label={`Release ${stopSubject(stop)}`}>
          <Play aria-hidden />
          Release
        </Button>
      }
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        release.reset();
      }}
      title={`Let ${stop.scope === 'everything' ? 'everything' : (stop.name ?? stop.scope)} go on?`}
      description={`Stopped because: ${stop.reason}. Leads and deliveries that waited go on at once.`}
      verb="Release"
      keep="Keep it stopped"
      danger={false}
      busy={release.isPending}
      problem={release.error}
      onConfirm={(reason) => release.mutate(reason)}
    />
  );
}
