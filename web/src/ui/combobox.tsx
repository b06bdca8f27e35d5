import { Combobox as Base } from '@base-ui/react/combobox';
import { clsx } from 'clsx';
import { Check, ChevronsUpDown, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { controlClass } from './input.tsx';
import { itemClass, layerClass, popupClass } from './popup.ts';
import type { Choice } from './select.tsx';

interface ComboboxShared {
  choices: readonly Choice[];
  placeholder?: string;
  /** Needed where no `Field` gives it a label. */
  label?: string;
  /** Said when nothing matches what was typed. */
  nothing?: string;
  disabled?: boolean;
  className?: string;
}

interface ComboboxProps extends ComboboxShared {
  value: string | null;
  onChange: (value: string | null) => void;
}

const find = (choices: readonly Choice[], value: string) => choices.find((choice) => choice.value === value);

/** One choice out of many, found by typing. */
export function Combobox(props: ComboboxProps) {
  const {
    choices,
    value,
    onChange,
    placeholder = 'Type to find',
    label,
    nothing,
    disabled,
    className,
  } = props;
  return (
    <Base.Root
      items={choices}
      value={value === null ? null : (find(choices, value) ?? null)}
      onValueChange={(choice) => onChange(choice?.value ?? null)}
      isItemEqualToValue={(a, b) => a.value === b.value}
      disabled={disabled}
    >
      <SingleInput {...{ label, placeholder, className }} />
      <ChoiceList nothing={nothing} />
    </Base.Root>
  );
}

interface SearchProps extends Omit<ComboboxShared, 'choices'> {
  /** What was found for the text; the server has more. */
  choices: readonly Choice[];
  value: Choice | null;
  onChange: (choice: Choice | null) => void;
  /** The text that was typed; empty once something is chosen. */
  onSearch: (text: string) => void;
  /** Said under the choices when there are more than are shown. */
  more?: string | undefined;
}

/** One choice out of more than can be listed: what is typed is searched for elsewhere. */
export function SearchCombobox(props: SearchProps) {
  const { choices, value, onChange, onSearch, more, label, nothing, disabled, className } = props;
  const { placeholder = 'Type to find' } = props;
  return (
    <Base.Root
      items={choices}
      filter={null}
      value={value}
      onValueChange={onChange}
      onInputValueChange={(text, { reason }) => onSearch(reason === 'input-change' ? text : '')}
      isItemEqualToValue={(a, b) => a.value === b.value}
      disabled={disabled}
    >
      <SingleInput {...{ label, placeholder, className }} />
      <ChoiceList nothing={nothing} more={more} />
    </Base.Root>
  );
}

function SingleInput({ label, placeholder, className }: Partial<ComboboxShared>) {
  return (
    <Base.InputGroup className={clsx('relative', className)}>
      <Base.Input
        aria-label={label}
        placeholder={placeholder}
        className={clsx(controlClass, 'h-8 pr-14 pointer-coarse:h-10')}
      />
      <div className="absolute inset-y-0 right-1 flex items-center text-faint [&_button]:rounded-sm [&_button]:p-1">
        <Base.Clear aria-label="Clear" className="hover:text-text">
          <X aria-hidden className="size-3.5" />
        </Base.Clear>
        <Base.Trigger aria-label="Show choices" className="hover:text-text">
          <ChevronsUpDown aria-hidden className="size-3.5" />
        </Base.Trigger>
      </div>
    </Base.InputGroup>
  );
}

interface MultiProps extends ComboboxShared {
  values: readonly string[];
  onChange: (values: string[]) => void;
}

/** Several choices out of many; what is chosen stands in front as chips. */
export function MultiCombobox(props: MultiProps) {
  const {
    choices,
    values,
    onChange,
    placeholder = 'Type to find',
    label,
    nothing,
    disabled,
    className,
  } = props;
  const chosen = values.map((value) => find(choices, value) ?? { value, label: value });
  return (
    <Base.Root
      multiple
      items={choices}
      value={chosen}
      onValueChange={(next, details) => {
        // Escape leaves; it must not also throw away everything that was chosen.
        if (details.reason === 'escape-key') details.allowPropagation();
        else onChange(next.map((choice) => choice.value));
      }}
      isItemEqualToValue={(a, b) => a.value === b.value}
      disabled={disabled}
    >
      <Base.InputGroup
        className={clsx(
          controlClass,
          'min-h-8 px-1 focus-within:border-accent focus-within:outline-2 focus-within:outline-accent',
          className,
        )}
      >
        <Base.Chips className="flex flex-wrap items-center gap-1 py-0.75">
          {chosen.map((choice) => (
            <Base.Chip
              key={choice.value}
              aria-label={choice.label}
              className="flex h-6 items-center gap-1 rounded-sm bg-surface-3 pl-2 text-sm data-highlighted:bg-accent-soft"
            >
              {choice.label}
              <Base.ChipRemove
                aria-label={`Remove ${choice.label}`}
                className="grid size-6 place-items-center text-muted"
              >
                <X aria-hidden className="size-3" />
              </Base.ChipRemove>
            </Base.Chip>
          ))}
          <Base.Input
            aria-label={label}
            placeholder={chosen.length === 0 ? placeholder : undefined}
            className="h-6 min-w-8 flex-1 bg-transparent px-1.5 text-base outline-none placeholder:text-faint pointer-coarse:text-lg"
          />
        </Base.Chips>
      </Base.InputGroup>
      <ChoiceList nothing={nothing} />
    </Base.Root>
  );
}

function ChoiceList({
  nothing = 'Nothing matches.',
  more,
}: {
  nothing?: ReactNode;
  more?: string | undefined;
}) {
  return (
    <Base.Portal>
      <Base.Positioner sideOffset={4} className={layerClass}>
        <Base.Popup
          className={clsx(
            popupClass,
            'w-(--anchor-width)',
            more && 'max-h-[min(20rem,var(--available-height))]!',
          )}
        >
          <Base.Empty>
            <div className="px-3 py-2 text-muted text-sm">{nothing}</div>
          </Base.Empty>
          <Base.List className="p-1 data-empty:p-0">
            {(choice: Choice) => (
              <Base.Item key={choice.value} value={choice} disabled={choice.disabled} className={itemClass}>
                <span className="w-4 shrink-0">
                  <Base.ItemIndicator>
                    <Check aria-hidden className="text-accent" />
                  </Base.ItemIndicator>
                </span>
                <span>
                  {choice.label}
                  {choice.note && <span className="block text-muted text-xs">{choice.note}</span>}
                </span>
              </Base.Item>
            )}
          </Base.List>
          {more && (
            <Base.Status className="sticky bottom-0 border-t bg-float px-3 py-1.5 text-muted text-xs">
              {more}
            </Base.Status>
          )}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}
