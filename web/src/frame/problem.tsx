import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { Compass, OctagonAlert } from 'lucide-react';
import { Refusal } from '../client.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Empty } from '../ui/empty.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';

/** A new version of the portal has other file names; the old page then cannot load its parts. */
const isOutdated = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|module script failed/i.test(error.message);

/** Shown in place of a page that failed: what to do, and the request id to quote. */
export function Problem({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const refusal = error instanceof Refusal ? error : undefined;
  const outdated = isOutdated(error);
  const again = () => {
    if (outdated) return window.location.reload();
    reset();
    void router.invalidate();
  };
  return (
    <div role="alert">
      <Empty
        icon={OctagonAlert}
        title={outdated ? 'There is a new version of this page' : 'This page could not be shown'}
        action={<Button onClick={again}>{outdated ? 'Load the new version' : 'Try again'}</Button>}
      >
        <p>{refusal?.message ?? (outdated ? 'Nothing is lost.' : 'Something went wrong on our side.')}</p>
        {refusal?.requestId && (
          <p className="mt-2 flex items-center justify-center gap-1">
            Request <code className="font-mono text-xs">{refusal.requestId}</code>
            <CopyButton text={refusal.requestId} what="request id" />
          </p>
        )}
      </Empty>
    </div>
  );
}

export function NotFound() {
  return (
    <Empty
      icon={Compass}
      title="There is no page at this address"
      action={<Link to="/">Go to the start</Link>}
    >
      The link may be old, or something in it was left out.
    </Empty>
  );
}

export function Pending() {
  return (
    <div className="mx-auto max-w-7xl p-6">
      <SkeletonLines lines={6} />
    </div>
  );
}
