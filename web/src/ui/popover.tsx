import { Popover as Base } from '@base-ui/react/popover';
import { clsx } from 'clsx';
import type { ReactElement, ReactNode } from 'react';
import { layerClass, popupClass } from './popup.ts';

interface PopoverProps {
  /** What it holds; read aloud when it opens. */
  label: string;
  trigger: ReactElement;
  /** Also opens while the pointer rests on the trigger. */
  hover?: boolean;
  side?: 'top' | 'bottom' | 'left' | 'right';
  align?: 'start' | 'center' | 'end';
  children: ReactNode;
}

/** A small panel beside its trigger, for things one reads or copies; it may hold controls. */
export function Popover({
  label,
  trigger,
  hover = false,
  side = 'bottom',
  align = 'start',
  children,
}: PopoverProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} openOnHover={hover} delay={250} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={4} className={layerClass}>
          <Base.Popup aria-label={label} initialFocus={!hover} className={clsx(popupClass, 'p-3')}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
