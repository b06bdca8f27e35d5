import { useBlocker } from '@tanstack/react-router';
import { AlertDialog } from '../ui/alert-dialog.tsx';

/** Asks before a page with unsaved changes is left, also when the tab is closed. */
export function LeaveGuard({ changed }: { changed: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => changed && current.pathname !== next.pathname,
    enableBeforeUnload: () => changed,
    withResolver: true,
  });
  return (
    <AlertDialog
      open={status === 'blocked'}
      onOpenChange={(open) => !open && reset?.()}
      title="Leave without saving?"
      description="What you changed on this page is lost."
      verb="Discard changes"
      keep="Stay here"
      onConfirm={() => proceed?.()}
    />
  );
}
