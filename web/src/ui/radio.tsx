import { Radio } from '@base-ui/react/radio';
import { RadioGroup as Base } from '@base-ui/react/radio-group';
import { clsx } from 'clsx';
import { useId } from 'react';
import { boxClass } from './checkbox.tsx';
import type { Choice } from './select.tsx';

interface RadioGroupProps<Value extends string> {
  /** The question; read aloud with every choice. */
  label: string;
  choices: readonly Choice<Value>[];
  value?: Value;
  defaultValue?: Value;
  onChange?: (value: Value) => void;
  name?: string;
  disabled?: boolean;
}

/** Two to five choices that need to be read before choosing. */
export function RadioGroup<Value extends string>({
  label,
  choices,
  onChange,
  ...rest
}: RadioGroupProps<Value>) {
  // By place: a value may hold spaces, which an id may not.
  const id = useId();
  return (
    <Base
      {...rest}
      aria-label={label}
      onValueChange={(value) => onChange?.(value as Value)}
      className="flex flex-col gap-2"
    >
      {choices.map((choice, place) => (
        <div key={choice.value} className="flex items-start gap-2">
          <Radio.Root
            value={choice.value}
            disabled={choice.disabled}
            id={`${id}-${place}`}
            className={clsx(boxClass, 'mt-0.5 rounded-full')}
          >
            <Radio.Indicator className="size-1.5 rounded-full bg-accent-text data-unchecked:hidden" />
          </Radio.Root>
          <label htmlFor={`${id}-${place}`} className="cursor-default text-base">
            {choice.label}
            {choice.note && <span className="block text-muted text-sm">{choice.note}</span>}
          </label>
        </div>
      ))}
    </Base>
  );
}
