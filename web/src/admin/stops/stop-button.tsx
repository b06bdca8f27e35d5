import { useQuery } from '@tanstack/react-query';
import { OctagonX } from 'lucide-react';
import { useState } from 'react';
import { useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { useRights } from '../../rights.ts';
import { Button } from '../../ui/button.tsx';
import { heldStopsQuery, STOP_EFFECT, type StopScope, type StopView, stopSubject } from './queries.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import { ReleaseButton } from './release-button.tsx';

interface StopButtonProps {
  scope: StopScope;
  /** Left out for everything. */
  scopeId?: string;
  /** Of the niche, the source or the provider. */
  name?: string;
}

/** Stops one thing after a question that names what happens; while it is stopped, it is released here. */
export function StopButton({ scope, scopeId, name }: StopButtonProps) {
  const { operate } = useRights();
  const { data } = useQuery({ ...heldStopsQuery, enabled: operate });
  const [open, setOpen] = useState(false);
  const set = useAct(
    (reason: string) =>
      api.post<StopView>('/admin/stop-switches', { scope, scope_id: scopeId ?? null, reason }),
    {
      done: (stop) => `${stopSubject(stop)} is stopped`,
      renew: ['stops', 'leads', 'lead'],
      onDone: () => setOpen(false),
    },
  );
  if (!operate) return null;
  const held = data?.find((stop) => stop.scope === scope && stop.scope_id === (scopeId ?? null));
  if (held) return <ReleaseButton stop={held} />;
  const what = scope === 'everything' ? 'everything' : (name ?? scope);
  return (
    <ReasonDialog
      trigger={
        <Button>
          <OctagonX aria-hidden className="text-bad" />
          {scope === 'everything' ? 'Stop everything' : 'Stop'}
        </Button>
      }
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        set.reset();
      }}
      title={`Stop ${what}?`}
      description={STOP_EFFECT[scope]}
      verb={`Stop ${scope === 'everything' ? 'everything' : `this ${scope}`}`}
      keep="Keep it running"
      danger
      busy={set.isPending}
      problem={set.error}
      onConfirm={(reason) => set.mutate(reason)}
    />
  );
}
