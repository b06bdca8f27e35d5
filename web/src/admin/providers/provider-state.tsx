import type { ProviderView } from '../../../../src/market/providers/schema.ts';
import { useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { Status } from '../../ui/badge.tsx';

/** Waiting, switched off, paused or active: what a provider is for somebody who looks at the list. */
export const stateOf = ({ status, paused }: Pick<ProviderView, 'status' | 'paused'>): string =>
  status === 'active' && paused ? 'paused' : status;

export const ProviderStatus = ({ provider }: { provider: Pick<ProviderView, 'status' | 'paused'> }) => (
  <Status kind="provider" state={stateOf(provider)} />
);

const TOPICS = ['providers', 'provider', 'subscriptions', 'money'];
const path = (id: string, verb: string) => `/admin/providers/${id}/${verb}`;

type Ids = readonly string[];
const counted = (ids: Ids, verb: string): string =>
  ids.length === 1 ? `Provider ${verb}` : `${ids.length} providers ${verb}`;

/** Pause, resume, approve and switch off; one provider or several, one after the other. */
export function useProviderActs() {
  const each = async (ids: Ids, verb: string, body?: object) => {
    for (const id of ids) await api.post<ProviderView>(path(id, verb), body);
  };
  const pause = useAct(
    ({ ids, until }: { ids: Ids; until: string | null }) => each(ids, 'pause', { until }),
    { problem: 'Not paused', done: (_, { ids }) => counted(ids, 'paused'), renew: TOPICS },
  );
  const resume = useAct((ids: Ids) => each(ids, 'resume'), {
    problem: 'Not resumed',
    done: (_, ids) => counted(ids, 'resumed'),
    renew: TOPICS,
  });
  const approve = useAct((ids: Ids) => each(ids, 'approve'), {
    problem: 'Not approved',
    done: (_, ids) => counted(ids, 'approved'),
    renew: TOPICS,
  });
  const deactivate = useAct((ids: Ids) => each(ids, 'deactivate'), {
    problem: 'Not switched off',
    done: (_, ids) => counted(ids, 'switched off'),
    renew: TOPICS,
  });
  return { pause, resume, approve, deactivate };
}
