import { Menu as Base } from '@base-ui/react/menu';
import { clsx } from 'clsx';
import { Check, ChevronRight, ListFilter, Search, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { Input } from './input.tsx';
import { Menu } from './menu.tsx';
import { itemClass, layerClass, popupClass } from './popup.ts';
import type { Choice } from './select.tsx';
import { useShortcuts } from './shortcuts.ts';

/** The list is asked for again this long after the last key. */
const TYPING_MS = 250;

export interface FilterField {
  key: string;
  label: string;
  /** With `note` for the count beside a value. */
  choices: readonly Choice[];
}

type Filters = Readonly<Record<string, readonly string[]>>;

interface FilterBarProps {
  fields: readonly FilterField[];
  /** From the address; so is everything else that decides what the list shows. */
  value: Filters;
  onChange: (value: Record<string, string[]>) => void;
  search?: string;
  onSearch?: (text: string) => void;
  /** What the search looks at: "E-mail, phone or lead id". */
  searchHint?: string;
  /** Filters of another kind, such as days. */
  children?: ReactNode;
}

/** Search, filters as chips, and one way to clear them all. */
export function FilterBar(props: FilterBarProps) {
  const { fields, value, onChange, search = '', onSearch, searchHint, children } = props;
  const chosen = fields.filter((field) => value[field.key]?.length);
  const set = (key: string, values: string[]) => {
    const rest = Object.entries(value).filter(([other]) => other !== key);
    onChange(
      Object.fromEntries([...rest.map(([k, v]) => [k, [...v]]), ...(values.length ? [[key, values]] : [])]),
    );
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      {onSearch && <SearchBox text={search} onText={onSearch} hint={searchHint ?? 'Search'} />}
      {fields.length > 0 && <FilterMenu fields={fields} value={value} onSet={set} />}
      {children}
      {chosen.map((field) => (
        <Chip
          key={field.key}
          field={field}
          values={value[field.key] ?? []}
          onRemove={() => set(field.key, [])}
        />
      ))}
      {(chosen.length > 1 || (chosen.length > 0 && search)) && (
        <Button
          look="quiet"
          size="sm"
          onClick={() => {
            onChange({});
            onSearch?.('');
          }}
        >
          Clear
        </Button>
      )}
    </div>
  );
}

function SearchBox({ text, onText, hint }: { text: string; onText: (text: string) => void; hint: string }) {
  const [typed, setTyped] = useState(text);
  const [sent, setSent] = useState(text);
  const box = useRef<HTMLInputElement>(null);
  // The address changed by other means, such as Back or "Clear": the box follows it.
  if (text !== sent) {
    setSent(text);
    setTyped(text);
  }
  useEffect(() => {
    if (typed === sent) return;
    const timer = setTimeout(() => {
      setSent(typed);
      onText(typed);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, sent, onText]);
  useShortcuts([
    { keys: '/', label: 'Search this list', group: 'This page', run: () => box.current?.focus() },
  ]);
  return (
    <Input
      ref={box}
      type="search"
      aria-label={hint}
      placeholder={hint}
      before={<Search aria-hidden />}
      className="w-64 max-sm:w-full [&_input::-webkit-search-cancel-button]:hidden"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => event.key === 'Escape' && (typed ? setTyped('') : box.current?.blur())}
    />
  );
}

interface FilterMenuProps {
  fields: readonly FilterField[];
  value: Filters;
  onSet: (key: string, values: string[]) => void;
}

function FilterMenu({ fields, value, onSet }: FilterMenuProps) {
  return (
    <Menu
      align="start"
      trigger={
        <Button>
          <ListFilter aria-hidden />
          Filter
        </Button>
      }
    >
      {fields.map((field) => (
        <Base.SubmenuRoot key={field.key}>
          <Base.SubmenuTrigger className={clsx(itemClass, 'data-popup-open:bg-surface-3')}>
            <span className="flex-1">{field.label}</span>
            <ChevronRight aria-hidden className="text-faint" />
          </Base.SubmenuTrigger>
          <Base.Portal>
            <Base.Positioner sideOffset={2} alignOffset={-5} className={layerClass}>
              <Base.Popup className={clsx(popupClass, 'max-h-80 p-1')}>
                {field.choices.map((choice) => (
                  <FilterChoice
                    key={choice.value}
                    choice={choice}
                    chosen={value[field.key] ?? []}
                    onSet={(v) => onSet(field.key, v)}
                  />
                ))}
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.SubmenuRoot>
      ))}
    </Menu>
  );
}

interface FilterChoiceProps {
  choice: Choice;
  chosen: readonly string[];
  onSet: (values: string[]) => void;
}

function FilterChoice({ choice, chosen, onSet }: FilterChoiceProps) {
  return (
    <Base.CheckboxItem
      checked={chosen.includes(choice.value)}
      onCheckedChange={(on) =>
        onSet(on ? [...chosen, choice.value] : chosen.filter((v) => v !== choice.value))
      }
      closeOnClick={false}
      className={itemClass}
    >
      <span className="w-4 shrink-0">
        <Base.CheckboxItemIndicator>
          <Check aria-hidden className="text-accent" />
        </Base.CheckboxItemIndicator>
      </span>
      <span className="flex-1">{choice.label}</span>
      {choice.note && <span className="text-muted text-xs tabular-nums">{choice.note}</span>}
    </Base.CheckboxItem>
  );
}

interface ChipProps {
  field: FilterField;
  values: readonly string[];
  onRemove: () => void;
}

/** At most this many values are named on a chip; beyond that they are counted. */
const NAMED_ON_CHIP = 2;

function Chip({ field, values, onRemove }: ChipProps) {
  const names = values.map((value) => field.choices.find((choice) => choice.value === value)?.label ?? value);
  const text =
    names.length > NAMED_ON_CHIP ? `${names.length} of ${field.choices.length}` : names.join(' or ');
  return (
    <span className="inline-flex h-7 items-center rounded-control border bg-surface-2 pl-2 text-sm">
      <span className="text-muted">{field.label}:</span>&nbsp;
      <span title={names.join(', ')}>{text}</span>
      <button
        type="button"
        aria-label={`Remove filter ${field.label}`}
        onClick={onRemove}
        className="grid size-7 place-items-center rounded-control text-muted hover:text-text"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}
