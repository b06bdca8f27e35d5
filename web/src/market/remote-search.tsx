import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProviderView } from '../../../src/market/providers/schema.ts';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { api } from '../client.ts';
import { SearchCombobox } from '../ui/combobox.tsx';
import { formatAmount } from '../ui/money.tsx';
import type { Choice } from '../ui/select.tsx';
import { lookOf } from '../ui/states.ts';

/** So many are shown at once; typing narrows them down. */
const SHOWN_MAX = 20;
/** From here on the server does not count exactly. */
const MANY = 900;

interface SearchProps<Row> {
  /** What is searched, which is also the topic by which it stays fresh. */
  path: 'subscriptions' | 'providers';
  asked: Record<string, string>;
  /** Left out of what can be chosen. */
  without: (row: Row) => boolean;
  choiceOf: (row: Row) => Choice;
  value: Choice | null;
  onChange: (choice: Choice | null) => void;
  placeholder?: string;
  label?: string;
  /** Said when there is nobody at all. */
  nothing: string;
}

/** One out of all there are: the server searches, so that nobody is out of reach. */
export function RemoteSearch<Row>(props: SearchProps<Row>) {
  const { path, asked, without, choiceOf, nothing, ...rest } = props;
  const [text, setText] = useState('');
  const query = { ...asked, search: text.trim(), limit: SHOWN_MAX };
  const found = useQuery({
    queryKey: [path, 'found', query],
    queryFn: ({ signal }) => api.page<Row>(`/admin/${path}`, query, { signal }),
    placeholderData: keepPreviousData,
  });
  const rows = found.data?.data ?? [];
  const hidden = (found.data?.pagination.total ?? 0) - rows.length;
  const nothingWords = () => {
    if (found.isError) return 'They could not be read. Type again.';
    if (!found.data) return 'Searching';
    if (hidden > 0) return 'Those shown first are named already.';
    return text.trim() ? 'Nobody matches.' : nothing;
  };
  return (
    <SearchCombobox
      {...rest}
      choices={rows.filter((row) => !without(row)).map(choiceOf)}
      onSearch={setText}
      nothing={nothingWords()}
      more={hidden > 0 ? `${hidden >= MANY ? 'Many' : hidden} more: type a name to find them` : undefined}
    />
  );
}

/** "Nordlicht GmbH, Premium", with what it pays and whether it takes leads now. */
export const subscriptionChoice = (row: SubscriptionView): Choice => ({
  value: row.id,
  label: `${row.provider_name}, ${row.level_name}`,
  note: `${lookOf('subscription', row.state).word}, ${formatAmount(row.price_per_lead, row.currency)} ${row.currency}`,
});

export const providerChoice = (row: ProviderView): Choice => ({ value: row.id, label: row.company_name });
