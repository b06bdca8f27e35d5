import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { useAct } from '../act.ts';
import { api } from '../client.ts';
import { PauseDialog } from '../market/pause-dialog.tsx';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { Time } from '../ui/time.tsx';
import type { OwnProvider } from './queries.ts';

/** Stops or resumes all leads of one's own company at once. */
export function PauseAll({ provider }: { provider: OwnProvider }) {
  const [pausing, setPausing] = useState(false);
  const pause = useAct((until: string | null) => api.post('/providers/me/pause', { until }), {
    problem: 'Not paused',
    done: 'All leads are paused',
    renew: ['mine'],
    onDone: () => setPausing(false),
  });
  const resume = useAct(() => api.post('/providers/me/resume'), {
    problem: 'Not resumed',
    done: 'Leads come again',
    renew: ['mine'],
  });
  if (provider.status !== 'active') return null;
  return (
    <>
      {provider.paused ? (
        provider.paused_by !== 'operator' && (
          <Button look="primary" busy={resume.isPending} onClick={() => resume.mutate()}>
            <Play aria-hidden />
            Resume leads
          </Button>
        )
      ) : (
        <Button onClick={() => setPausing(true)}>
          <Pause aria-hidden />
          Pause all leads
        </Button>
      )}
      <PauseDialog
        open={pausing}
        onOpenChange={setPausing}
        what="all leads"
        busy={pause.isPending}
        onPause={(until) => pause.mutate(until)}
      />
    </>
  );
}

/** Says on every page why no leads come, when the whole company is stopped. */
export function StoppedNotice({ provider }: { provider: OwnProvider }) {
  if (provider.status === 'pending') {
    return (
      <Notice title="Your company waits for approval">
        You can set everything up meanwhile. Leads come once the operator has approved it.
      </Notice>
    );
  }
  if (provider.status === 'inactive') {
    return (
      <Notice tone="warn" title="Your company is switched off">
        No leads come. Ask the operator why; your money and your leads stay.
      </Notice>
    );
  }
  if (provider.stopped) {
    return (
      <Notice tone="warn" title="The operator has stopped your leads for now">
        No new leads come, and leads that were sold to you wait to be delivered. Nothing is lost. Ask the
        operator if it takes long.
      </Notice>
    );
  }
  if (!provider.paused) return null;
  const theirs = provider.paused_by === 'operator';
  return (
    <Notice title={theirs ? 'The operator paused all your leads' : 'All leads are paused'}>
      {provider.paused_until ? (
        <p>
          They come again by themselves <Time at={provider.paused_until} />.
        </p>
      ) : (
        <p>{theirs ? 'Only the operator can end the pause. Please ask them.' : 'Until you resume them.'}</p>
      )}
    </Notice>
  );
}
