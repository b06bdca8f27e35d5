import { Notice } from '../../ui/notice.tsx';
import { Time } from '../../ui/time.tsx';
import type { ProviderDetail } from './queries.ts';

/** Why a provider gets no leads at all, when that is so. */
export function PauseNotice({ provider }: { provider: ProviderDetail }) {
  if (provider.status === 'pending') {
    return (
      <Notice tone="warn" title="Waits for your approval">
        It gets no leads before that.
      </Notice>
    );
  }
  if (provider.status === 'inactive') {
    return <Notice title="Switched off">It gets no leads. Its money and history stay.</Notice>;
  }
  if (provider.stopped) {
    return (
      <Notice tone="bad" title="Stopped">
        It gets no leads, and deliveries to it wait, until the stop is released. The provider is told that you
        stopped it, not why.
      </Notice>
    );
  }
  if (!provider.paused) return null;
  return (
    <Notice title="All its subscriptions are paused">
      {provider.paused_until ? (
        <p>
          Resumes by itself{' '}
          <Time at={provider.paused_until} zone={{ name: provider.timezone, whose: provider.timezone }} />.
        </p>
      ) : (
        <p>Until somebody resumes it.</p>
      )}
    </Notice>
  );
}
