import type { ReactNode } from 'react';
import { Notice } from '../ui/notice.tsx';
import { Shell } from './shell.tsx';

/** For a one-time link that lost its end on the way. The children say where to get the whole one. */
export function IncompleteLink({ children }: { children: ReactNode }) {
  return (
    <Shell title="This link is incomplete">
      <Notice tone="warn" title="The part after “token=” is missing.">
        {children}
      </Notice>
    </Shell>
  );
}
