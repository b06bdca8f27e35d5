import { clsx } from 'clsx';
import { ChevronDown, CircleAlert, Trash2 } from 'lucide-react';
import { useId } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Checkbox } from '../../../ui/checkbox.tsx';
import { Field } from '../../../ui/field.tsx';
import { Input } from '../../../ui/input.tsx';
import { Select } from '../../../ui/select.tsx';
import type { SortableRow } from '../../../ui/sortable.tsx';
import { fieldTypes } from '../words.ts';
import { type Faults, type FieldDraft, hasOptions, mayBeShown, nameOf, ofType } from './form-draft.ts';
import { OptionFields, RuleFields } from './rule-fields.tsx';

export const typeChoices = Object.entries(fieldTypes).map(([value, label]) => ({ value, label }));

interface FieldEditorProps {
  field: FieldDraft;
  at: number;
  row: SortableRow;
  faults: Faults;
  open: boolean;
  /** It was added just now: the question has the focus. */
  fresh: boolean;
  onOpen: (open: boolean) => void;
  onChange: (field: FieldDraft) => void;
  onRemove: () => void;
}

/** One question of a form: a line that says what it is, and everything of it when it is opened. */
export function FieldEditor(props: FieldEditorProps) {
  const { field, at, row, faults, open, onOpen } = props;
  const body = useId();
  const faulty = Object.keys(faults).length > 0;
  const title = field.label.trim() || 'New question';
  return (
    <div className="min-w-0 flex-1">
      <div className="flex items-center gap-2 px-2 sm:px-3">
        {row.grip}
        <button
          type="button"
          aria-expanded={open}
          aria-controls={body}
          className="flex min-w-0 flex-1 items-center gap-3 rounded-control py-2.5 text-left text-sm hover:text-accent"
          onClick={() => onOpen(!open)}
        >
          <span className="w-5 shrink-0 text-right text-muted tabular-nums max-sm:hidden">{at + 1}</span>
          <span className="min-w-0 flex-1">
            <span className="flex flex-wrap items-center gap-x-2">
              <span className="wrap-anywhere font-medium">{title}</span>
              {field.required && <span className="text-muted">(required)</span>}
              {faulty && (
                <span className="flex items-center gap-1 text-bad">
                  <CircleAlert aria-hidden className="size-4" />
                  To mend
                </span>
              )}
            </span>
            <code className="wrap-anywhere block font-mono text-muted text-xs">
              {field.id || 'no name yet'}
            </code>
          </span>
          <span className="text-muted max-sm:hidden">{fieldTypes[field.type] ?? field.type}</span>
          <ChevronDown aria-hidden className={clsx('size-4 shrink-0 text-faint', open && 'rotate-180')} />
        </button>
      </div>
      <div id={body} hidden={!open} className="border-t bg-surface-0 px-4 py-4 sm:pl-14">
        {open && <FieldBody {...props} row={row} />}
      </div>
    </div>
  );
}

function FieldBody({ field, row, faults, fresh, onChange, onRemove }: FieldEditorProps) {
  const set = (change: Partial<FieldDraft>) => onChange({ ...field, ...change });
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Question" error={faults.label}>
          <Input
            autoFocus={fresh}
            maxLength={200}
            value={field.label}
            onChange={({ target }) =>
              set({ label: target.value, ...(field.named ? {} : { id: nameOf(target.value) }) })
            }
          />
        </Field>
        <Field label="Name in the data" error={faults.id}>
          <Input
            className="font-mono"
            maxLength={40}
            autoComplete="off"
            spellCheck={false}
            value={field.id}
            onChange={(event) => set({ id: event.target.value, named: true })}
          />
        </Field>
        <Field label="Kind of answer" native={false} error={faults.type}>
          <Select
            choices={typeChoices}
            value={field.type}
            onChange={(type) => onChange(ofType(field, type))}
          />
        </Field>
        <Field label="Help under the question" optional error={faults.help}>
          <Input maxLength={500} value={field.help} onChange={(event) => set({ help: event.target.value })} />
        </Field>
      </div>
      {hasOptions(field.type) && <OptionFields {...{ field, faults, set }} />}
      <RuleFields {...{ field, faults, set }} />
      <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
        <div className="flex flex-col gap-2">
          <Checkbox
            label="Has to be answered"
            disabled={field.type === 'email'}
            {...(field.type === 'email' ? { help: 'The e-mail is always required.' } : {})}
            checked={field.required}
            onCheckedChange={(required) => set({ required })}
          />
          <Checkbox
            label="Keep answers encrypted"
            help="Shown with the lead and delivered; nobody can filter by them."
            checked={field.sensitive}
            onCheckedChange={(sensitive) => set({ sensitive })}
          />
          {mayBeShown(field) && (
            <Checkbox
              label="Show before a purchase"
              help="Providers who may buy the lead see this answer, and nothing of the person."
              checked={field.shown}
              onCheckedChange={(shown) => set({ shown })}
            />
          )}
          {faults.required && (
            <p role="alert" className="text-bad text-sm">
              {faults.required}
            </p>
          )}
        </div>
        <div className="flex flex-wrap gap-2">
          {row.moveUp && (
            <Button size="sm" look="quiet" onClick={row.moveUp}>
              Move up
            </Button>
          )}
          {row.moveDown && (
            <Button size="sm" look="quiet" onClick={row.moveDown}>
              Move down
            </Button>
          )}
          <Button size="sm" onClick={onRemove}>
            <Trash2 aria-hidden />
            Remove question
          </Button>
        </div>
      </div>
    </div>
  );
}
