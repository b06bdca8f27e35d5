import { useMatches } from '@tanstack/react-router';
import { Hammer } from 'lucide-react';
import { Empty } from '../ui/empty.tsx';
import { Page } from './page.tsx';

/** Stands in for a page that the API does not serve yet. */
export function ComingPage() {
  const title = useMatches({ select: (matches) => matches.at(-1)?.staticData.title ?? 'Page' });
  return (
    <Page title={title}>
      <Empty icon={Hammer} title="This page is not built yet">
        What it will show can already be read through the API, described at /api/docs.
      </Empty>
    </Page>
  );
}
