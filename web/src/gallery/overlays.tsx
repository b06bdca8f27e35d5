import { Ellipsis, Pencil, RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Facts } from '../ui/card.tsx';
import { CommandPalette } from '../ui/command-palette.tsx';
import { Dialog, DialogClose } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx';
import { Money } from '../ui/money.tsx';
import { Popover } from '../ui/popover.tsx';
import { toast, toastProblem } from '../ui/toast.tsx';
import { Row, Section } from './gallery.tsx';

export function Overlays() {
  const [asking, setAsking] = useState(false);
  const [finding, setFinding] = useState(false);
  return (
    <Section title="Dialogs, menus, messages">
      <Row>
        <Dialog
          title="Send a test lead"
          description="It goes to the endpoint as a real one would, marked as a test."
          trigger={<Button>Open dialog</Button>}
          actions={
            <>
              <DialogClose render={<Button>Go back</Button>} />
              <Button look="primary">Send test lead</Button>
            </>
          }
        >
          <Field label="E-mail of the test person">
            <Input defaultValue="test@example.com" />
          </Field>
        </Dialog>
        <AlertDialog
          open={asking}
          onOpenChange={setAsking}
          trigger={<Button>Ask before refunding</Button>}
          title="Refund 3 leads?"
          description="The money returns to the wallets at once. A refund cannot be taken back."
          verb="Refund 3 leads"
          keep="Keep charges"
          onConfirm={() => {
            setAsking(false);
            toast({ title: '3 leads refunded' });
          }}
        >
          <Facts
            facts={[
              ['Nordlicht Energie GmbH', <Money key="a" amount="64.00" currency="EUR" signed />],
              ['Wärme & Co', <Money key="b" amount="32.00" currency="EUR" signed />],
            ]}
          />
        </AlertDialog>
        <Button onClick={() => setFinding(true)}>Open palette</Button>
        <CommandPalette
          open={finding}
          onOpenChange={setFinding}
          groups={[
            {
              label: 'Go to',
              items: ['Leads', 'Review', 'Providers'].map((label) => ({
                id: label,
                label,
                run: () => undefined,
              })),
            },
          ]}
        />
        <Small />
      </Row>
    </Section>
  );
}

function Small() {
  return (
    <>
      <Popover label="A note" trigger={<Button>Open popover</Button>}>
        <p className="max-w-60 text-sm">Holds what one reads or copies, next to where it belongs.</p>
      </Popover>
      <Menu
        align="start"
        trigger={
          <IconButton label="More">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem icon={<Pencil aria-hidden />} keys="E">
          Edit level
        </MenuItem>
        <MenuItem icon={<RotateCcw aria-hidden />}>Send again</MenuItem>
        <MenuLine />
        <MenuItem icon={<Trash2 aria-hidden />} tone="bad">
          Archive level
        </MenuItem>
      </Menu>
      <Button
        onClick={() =>
          toast({ title: 'Lead approved', text: 'It is being distributed.', undo: () => undefined })
        }
      >
        Show message
      </Button>
      <Button
        onClick={() =>
          toastProblem({ title: 'Not saved', text: 'Somebody else changed this level. Load it again.' })
        }
      >
        Show problem
      </Button>
    </>
  );
}
