import { clsx } from 'clsx';

/** The look that menus, selects, comboboxes and popovers share. */
export const popupClass = clsx(
  'max-h-(--available-height) min-w-40 max-w-(--available-width) origin-(--transform-origin) overflow-y-auto rounded-panel',
  'border border-line bg-float text-base text-text shadow-float outline-none transition-[opacity,scale]',
  'data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0',
);

export const itemClass = clsx(
  'flex min-h-7 cursor-default select-none items-center gap-2 rounded-control px-2 py-1 text-sm outline-none',
  'data-highlighted:bg-surface-3 data-disabled:text-faint pointer-coarse:min-h-10 [&_svg]:size-4 [&_svg]:shrink-0',
);

/** Above the page, below toasts. */
export const layerClass = 'z-40 outline-none';
