/** Find and do anything by typing. The only file that names cmdk, so that it can be replaced. */
import { Dialog } from '@base-ui/react/dialog';
import { clsx } from 'clsx';
import { Command } from 'cmdk';
import type { LucideIcon } from 'lucide-react';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { backdropClass, dialogClass } from './dialog.tsx';
import { Kbd } from './kbd.tsx';

export interface PaletteItem {
  id: string;
  label: string;
  /** A second, quieter text: the kind of the thing, its state. */
  note?: string;
  icon?: LucideIcon;
  keys?: string;
  /** Further words under which it is found. */
  words?: readonly string[];
  run: () => void;
}

export interface PaletteGroup {
  label: string;
  items: readonly PaletteItem[];
}

interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  groups: readonly PaletteGroup[];
  /** Looks things up on the server (leads, providers); called once typing rests. */
  lookUp?: (text: string, signal: AbortSignal) => Promise<readonly PaletteGroup[]>;
}

const TYPING_MS = 200;
/** Shorter texts match too much to be worth a request. */
const LOOK_UP_FROM = 2;

export function CommandPalette({ open, onOpenChange, groups, lookUp }: CommandPaletteProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClass} />
        <Dialog.Popup data-blocks-shortcuts aria-label="Find or do" className={clsx(dialogClass, 'max-w-xl')}>
          <Palette groups={groups} lookUp={lookUp} close={() => onOpenChange(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface PaletteProps {
  groups: readonly PaletteGroup[];
  lookUp: CommandPaletteProps['lookUp'];
  close: () => void;
}

function Palette({ groups, lookUp, close }: PaletteProps) {
  const [text, setText] = useState('');
  const found = useLookUp(text, lookUp);
  return (
    <Command label="Find or do" loop className="flex min-h-0 flex-col">
      <div className="flex items-center gap-2 border-b px-4">
        <Search aria-hidden className="size-4 shrink-0 text-faint" />
        <Command.Input
          value={text}
          onValueChange={setText}
          placeholder="Go to a page, find a lead or a provider"
          className="h-12 w-full bg-transparent text-lg outline-none placeholder:text-faint"
        />
        <Kbd keys="Esc" />
      </div>
      <Command.List className="max-h-[60dvh] overflow-y-auto overscroll-contain p-1">
        <Command.Empty className="px-3 py-8 text-center text-muted text-sm">
          Nothing found for “{text}”.
        </Command.Empty>
        {[...groups, ...found].map((group) => (
          <Command.Group
            key={group.label}
            heading={group.label}
            className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs"
          >
            {group.items.map((item) => (
              <PaletteLine key={item.id} item={item} close={close} always={found.includes(group)} />
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}

function PaletteLine({ item, close, always }: { item: PaletteItem; close: () => void; always: boolean }) {
  const Icon = item.icon;
  return (
    <Command.Item
      value={item.id}
      keywords={[item.label, ...(item.words ?? [])]}
      forceMount={always}
      onSelect={() => {
        close();
        item.run();
      }}
      className="flex h-9 cursor-default select-none items-center gap-2.5 rounded-control px-2 text-base data-[selected=true]:bg-surface-3 pointer-coarse:h-11"
    >
      {Icon && <Icon aria-hidden className="size-4 shrink-0 text-muted" />}
      <span className="min-w-0 truncate">{item.label}</span>
      {item.note && <span className="truncate text-muted text-sm">{item.note}</span>}
      {item.keys && (
        <span className="ml-auto">
          <Kbd keys={item.keys} />
        </span>
      )}
    </Command.Item>
  );
}

function useLookUp(text: string, lookUp: CommandPaletteProps['lookUp']): readonly PaletteGroup[] {
  const [found, setFound] = useState<readonly PaletteGroup[]>([]);
  useEffect(() => {
    if (!lookUp || text.trim().length < LOOK_UP_FROM) {
      setFound([]);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      // A failed look-up leaves the list of pages and actions usable; the next key asks again.
      const groups = await lookUp(text.trim(), stop.signal).catch(() => []);
      if (!stop.signal.aborted) setFound(groups);
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, lookUp]);
  return found;
}
