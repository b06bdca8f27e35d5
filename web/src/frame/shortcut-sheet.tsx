import { Dialog } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { useActiveShortcuts } from '../ui/shortcuts.ts';

const spelled = (keys: string): string =>
  keys
    .split(' ')
    .map((key) =>
      key.length === 1
        ? key.toUpperCase()
        : key.replace(/\+(.)$/, (_, last: string) => `+${last.toUpperCase()}`),
    )
    .join(' ');

interface ShortcutSheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Every key that does something on the page that is shown. */
export function ShortcutSheet({ open, onOpenChange }: ShortcutSheetProps) {
  const shortcuts = useActiveShortcuts().filter((shortcut) => shortcut.label);
  const groups = Map.groupBy(shortcuts, (shortcut) => shortcut.group || 'Everywhere');
  return (
    <Dialog title="Shortcuts" open={open} onOpenChange={onOpenChange} wide>
      <div className="columns-1 gap-8 sm:columns-2">
        {[...groups].map(([group, members]) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 font-medium text-muted text-sm">{group}</h3>
            <dl className="text-sm">
              {members.map((shortcut) => (
                <div key={shortcut.keys} className="flex h-7 items-center justify-between gap-4">
                  <dt>{shortcut.label}</dt>
                  <dd>
                    <Kbd keys={spelled(shortcut.keys)} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
