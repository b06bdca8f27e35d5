import { Ellipsis, Pause, Play, UserCheck } from 'lucide-react';
import { useState } from 'react';
import { PauseDialog } from '../../market/pause-dialog.tsx';
import { useRights } from '../../rights.ts';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { stateOf, useProviderActs } from './provider-state.tsx';
import type { ProviderDetail } from './queries.ts';

interface ProviderActionsProps {
  provider: ProviderDetail;
  /** Opens the form of the company; only on the full page. */
  onEdit?: () => void;
}

/** What can be done with a provider: the likely act as a button, the rest behind three dots. */
export function ProviderActions({ provider, onEdit }: ProviderActionsProps) {
  const { operate } = useRights();
  const { pause, resume, approve, deactivate } = useProviderActs();
  const [pausing, setPausing] = useState(false);
  const [ending, setEnding] = useState(false);
  const state = stateOf(provider);
  const ids = [provider.id];
  useShortcuts(
    operate && (state === 'active' || state === 'paused')
      ? [
          {
            keys: 'p',
            label: 'Pause or resume the provider',
            group: 'Provider',
            run: () => (state === 'active' ? setPausing(true) : resume.mutate(ids)),
          },
        ]
      : null,
  );
  if (!operate) return null;
  return (
    <>
      {state === 'active' && (
        <Button onClick={() => setPausing(true)}>
          <Pause aria-hidden />
          Pause
        </Button>
      )}
      {state === 'paused' && (
        <Button busy={resume.isPending} onClick={() => resume.mutate(ids)}>
          <Play aria-hidden />
          Resume
        </Button>
      )}
      {(state === 'pending' || state === 'inactive') && (
        <Button busy={approve.isPending} onClick={() => approve.mutate(ids)}>
          <UserCheck aria-hidden />
          {state === 'pending' ? 'Approve' : 'Switch on again'}
        </Button>
      )}
      {(onEdit || state !== 'inactive') && (
        <Menu
          trigger={
            <IconButton label="More actions" look="plain">
              <Ellipsis aria-hidden />
            </IconButton>
          }
        >
          {onEdit && <MenuItem onSelect={onEdit}>Edit company</MenuItem>}
          {state !== 'inactive' && (
            <MenuItem tone="bad" onSelect={() => setEnding(true)}>
              Switch off
            </MenuItem>
          )}
        </Menu>
      )}
      <PauseDialog
        open={pausing}
        onOpenChange={setPausing}
        what={provider.company_name}
        busy={pause.isPending}
        onPause={(until) => pause.mutate({ ids, until }, { onSuccess: () => setPausing(false) })}
      />
      <AlertDialog
        open={ending}
        onOpenChange={setEnding}
        title={`Switch off ${provider.company_name}?`}
        description="It gets no more leads, and its people can still read what they have. Money and history stay. You can switch it on again."
        verb="Switch off"
        keep="Keep it on"
        busy={deactivate.isPending}
        onConfirm={() => deactivate.mutate(ids, { onSuccess: () => setEnding(false) })}
      />
    </>
  );
}
