/**
 * Single-key shortcuts and two-key jumps (`G` then a letter). They rest while somebody types, while a menu is
 * open and while a dialog covers the page. What is registered at the moment is what the `?` sheet lists.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Shortcut {
  /** `j`, `?`, `Escape`, `g l` (one after the other) or `mod+k` (also works while typing). */
  keys: string;
  /** A verb and its object: "Open the next lead". Left out of the sheet when empty. */
  label: string;
  group?: string;
  run: (event: KeyboardEvent) => void;
}

/** The second key of a jump must follow within this time. */
const SEQUENCE_MS = 1_000;

const active = new Set<Shortcut>();
let listed: readonly Shortcut[] = [];
const readers = new Set<() => void>();
let first = { key: '', at: 0 };

function renew(): void {
  listed = [...active];
  for (const tell of readers) tell();
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  // What is fading out has the focus for a moment longer, but nobody types there any more.
  !target.closest('[data-closed]') &&
  (target.isContentEditable ||
    target.closest('input, textarea, select, [role=menu], [role=listbox], [role=combobox]') !== null);

function pressed(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.metaKey || event.ctrlKey ? `mod+${key}` : key;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const key = pressed(event);
  const withModifier = key.startsWith('mod+');
  if (!withModifier && isTyping(event.target)) return;
  if (document.querySelector('[data-blocks-shortcuts][data-open]')) return;

  const sequence = event.timeStamp - first.at < SEQUENCE_MS ? `${first.key} ${key}` : '';
  first = { key, at: event.timeStamp };
  // A page's keys win over those of the frame (no group); what was registered last stands on top.
  const found = [...active].reverse().sort((a, b) => Number(!a.group) - Number(!b.group));
  const match = found.find((s) => s.keys === sequence) ?? found.find((s) => s.keys === key);
  if (!match) return;
  event.preventDefault();
  match.run(event);
}

/** Registers shortcuts for as long as the component is shown. Pass `null` for "none now". */
export function useShortcuts(shortcuts: readonly Shortcut[] | null): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const shape = shortcuts?.map((s) => `${s.keys}|${s.label}|${s.group ?? ''}`).join('\n') ?? '';

  useEffect(() => {
    if (!shape) return;
    const own = shape.split('\n').map((line, index): Shortcut => {
      const [keys = '', label = '', group = ''] = line.split('|');
      return { keys, label, group, run: (event) => latest.current?.[index]?.run(event) };
    });
    if (active.size === 0) document.addEventListener('keydown', onKeyDown);
    for (const shortcut of own) active.add(shortcut);
    renew();
    return () => {
      for (const shortcut of own) active.delete(shortcut);
      if (active.size === 0) document.removeEventListener('keydown', onKeyDown);
      renew();
    };
  }, [shape]);
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

/** Every shortcut that works at the moment. */
export const useActiveShortcuts = (): readonly Shortcut[] => useSyncExternalStore(subscribe, () => listed);
