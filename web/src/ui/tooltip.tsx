import { Tooltip as Base } from '@base-ui/react/tooltip';
import { clsx } from 'clsx';
import type { ReactElement, ReactNode } from 'react';
import { Kbd } from './kbd.tsx';
import { layerClass } from './popup.ts';

export const TipProvider = Base.Provider;

interface TipProps {
  /** A few words. What must be read by everybody belongs on the page, not in here. */
  text: ReactNode;
  keys?: string;
  side?: 'top' | 'bottom' | 'left' | 'right';
  children: ReactElement;
}

/** Says what a control does while the pointer or the focus is on it. The control needs its own label. */
export function Tip({ text, keys, side = 'top', children }: TipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className={clsx(layerClass, 'z-50')}>
          <Base.Popup
            className={clsx(
              'flex items-center gap-2 rounded-control border border-line bg-float px-2 py-1 text-text text-xs shadow-float',
              'transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0',
            )}
          >
            {text}
            {keys && <Kbd keys={keys} />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
