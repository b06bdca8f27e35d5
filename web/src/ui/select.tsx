import { Select as Base } from '@base-ui/react/select';
import { clsx } from 'clsx';
import { Check, ChevronsUpDown } from 'lucide-react';
import { controlClass } from './input.tsx';
import { itemClass, layerClass, popupClass } from './popup.ts';

export interface Choice<Value extends string = string> {
  value: Value;
  label: string;
  /** A second, quieter line. */
  note?: string;
  disabled?: boolean;
}

interface SelectProps<Value extends string> {
  choices: readonly Choice<Value>[];
  value?: Value | null;
  defaultValue?: Value;
  onChange?: (value: Value) => void;
  placeholder?: string;
  /** Needed where no `Field` gives it a label. */
  label?: string;
  name?: string;
  disabled?: boolean;
  className?: string;
}

/** For up to about fifteen choices; above that use `Combobox`. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { choices, onChange, placeholder = 'Choose', label, className, ...rest } = props;
  return (
    <Base.Root
      {...rest}
      items={choices}
      onValueChange={(value) => value !== null && onChange?.(value as Value)}
    >
      <Base.Trigger
        aria-label={label}
        className={clsx(
          controlClass,
          'flex h-8 cursor-default select-none items-center justify-between gap-2 pointer-coarse:h-10',
          'data-disabled:bg-surface-2 data-disabled:opacity-70',
          className,
        )}
      >
        <Base.Value placeholder={placeholder} className="truncate data-placeholder:text-faint" />
        <Base.Icon className="text-faint">
          <ChevronsUpDown aria-hidden className="size-3.5" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className={layerClass}>
          <Base.Popup className={clsx(popupClass, 'min-w-(--anchor-width)')}>
            <Base.List className="p-1">
              {choices.map((choice) => (
                <SelectItem key={choice.value} choice={choice} />
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function SelectItem({ choice }: { choice: Choice }) {
  return (
    <Base.Item value={choice.value} disabled={choice.disabled} className={clsx(itemClass, 'pr-3')}>
      <span className="w-4 shrink-0">
        <Base.ItemIndicator>
          <Check aria-hidden className="text-accent" />
        </Base.ItemIndicator>
      </span>
      <Base.ItemText>
        {choice.label}
        {choice.note && <span className="block text-muted text-xs">{choice.note}</span>}
      </Base.ItemText>
    </Base.Item>
  );
}
