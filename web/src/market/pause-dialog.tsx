import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { viewerZone } from '../ui/clock.ts';
import { Dialog, DialogClose } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { RadioGroup } from '../ui/radio.tsx';

interface PauseDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What is paused: "Nordlicht GmbH", "2 providers". */
  what: string;
  busy: boolean;
  /** null: until further notice. */
  onPause: (until: string | null) => void;
}

/** Asks for how long. A pause ends by itself at the beginning of a day, or stays until somebody ends it. */
export function PauseDialog({ open, onOpenChange, what, busy, onPause }: PauseDialogProps) {
  const [choice, setChoice] = useState<'open' | 'date'>('open');
  const [date, setDate] = useState('');
  const passed = date !== '' && !isFuture(date);
  const ready = choice === 'open' || (date !== '' && !passed);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Pause ${what}?`}
      description="New leads go to other providers meanwhile. Leads that were already given are still delivered."
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look="primary"
            busy={busy}
            disabled={!ready}
            onClick={() => onPause(choice === 'open' ? null : startOf(date))}
          >
            Pause
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <RadioGroup
          label="For how long"
          value={choice}
          onChange={setChoice}
          choices={[
            { value: 'open', label: 'Until somebody resumes it' },
            { value: 'date', label: 'Until a date', note: 'It then resumes by itself.' },
          ]}
        />
        {choice === 'date' && (
          <Field
            label="Resume on"
            help={`At 00:00, ${viewerZone()}`}
            error={passed ? 'Choose a day after today.' : undefined}
          >
            <Input type="date" value={date} onChange={(event) => setDate(event.target.value)} />
          </Field>
        )}
      </div>
    </Dialog>
  );
}

const startOf = (date: string): string => new Date(`${date}T00:00:00`).toISOString();
const isFuture = (date: string): boolean => Date.parse(startOf(date)) > Date.now();
