import { Menu as Base } from '@base-ui/react/menu';
import { clsx } from 'clsx';
import type { ReactElement, ReactNode } from 'react';
import { Kbd } from './kbd.tsx';
import { itemClass, layerClass, popupClass } from './popup.ts';

interface MenuProps {
  trigger: ReactElement;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom' | 'left' | 'right';
  children: ReactNode;
}

/** A list of actions behind one button. */
export function Menu({ trigger, align = 'end', side = 'bottom', children }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} side={side} sideOffset={4} className={layerClass}>
          <Base.Popup className={clsx(popupClass, 'p-1')}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuItemProps {
  icon?: ReactNode;
  keys?: string;
  onSelect?: () => void;
  disabled?: boolean;
  tone?: 'bad';
  /** Renders the item as this element, for example a link. */
  render?: ReactElement;
  children: ReactNode;
}

export function MenuItem({ icon, keys, onSelect, disabled, tone, render, children }: MenuItemProps) {
  return (
    <Base.Item
      {...(render ? { render } : {})}
      disabled={disabled}
      onClick={onSelect}
      className={clsx(itemClass, tone === 'bad' && 'text-bad')}
    >
      {icon && <span className={tone ? '' : 'text-muted'}>{icon}</span>}
      <span className="flex-1">{children}</span>
      {keys && <Kbd keys={keys} />}
    </Base.Item>
  );
}

export function MenuLine() {
  return <Base.Separator className="-mx-1 my-1 h-px bg-line" />;
}

/** A heading over a group of items; must stand inside `MenuGroup`. */
export function MenuGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 py-1 text-faint text-xs">{label}</Base.GroupLabel>
      {children}
    </Base.Group>
  );
}
