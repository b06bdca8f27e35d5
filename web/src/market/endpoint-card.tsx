import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import type { EndpointView } from '../../../src/market/endpoints/schema.ts';
import { useAct } from '../act.ts';
import { api } from '../client.ts';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Status } from '../ui/badge.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Card, Facts } from '../ui/card.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog, DialogClose } from '../ui/dialog.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { Notice } from '../ui/notice.tsx';
import { Time } from '../ui/time.tsx';
import { EndpointForm } from './endpoint-form.tsx';
import { EndpointTest } from './endpoint-test.tsx';
import { formatWords, phoneWords } from './endpoint-words.ts';
import { SecretOnce } from './secret-once.tsx';

interface EndpointCardProps {
  endpoint: EndpointView;
  mine: boolean;
  mayEdit: boolean;
}

/** One endpoint: its health, how leads are sent, and a test. */
export function EndpointCard({ endpoint, mine, mayEdit }: EndpointCardProps) {
  const [editing, setEditing] = useState(false);
  const [rotating, setRotating] = useState(false);
  const base = `${mine ? '/providers/me' : '/admin'}/endpoints/${endpoint.id}`;
  const topics = ['endpoints', 'provider', 'providers', 'mine'];
  const switchTo = useAct(
    (state: 'active' | 'disabled') => api.patch<EndpointView>(base, { state }, { version: endpoint.version }),
    {
      problem: 'Not changed',
      done: (answer) => (answer.state === 'active' ? 'Endpoint switched on' : 'Endpoint switched off'),
      renew: topics,
    },
  );
  const rotate = useAct(() => api.post<{ secret: string }>(`${base}/rotate-secret`), {
    problem: 'No new secret was made',
    renew: topics,
    onDone: () => setRotating(false),
  });
  const off = endpoint.state === 'disabled';
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {endpoint.name} <Status kind="endpoint" state={endpoint.health} />
        </span>
      }
      aside={
        mayEdit && (
          <span className="flex gap-2">
            <EndpointTest endpoint={endpoint} mine={mine} />
            <Menu
              trigger={
                <IconButton label={`More actions for ${endpoint.name}`} size="sm" look="plain">
                  <Ellipsis aria-hidden />
                </IconButton>
              }
            >
              <MenuItem onSelect={() => setEditing(true)}>Edit endpoint</MenuItem>
              <MenuItem onSelect={() => setRotating(true)}>Make a new signing secret</MenuItem>
              <MenuItem onSelect={() => switchTo.mutate(off ? 'active' : 'disabled')}>
                {off ? 'Switch on' : 'Switch off'}
              </MenuItem>
            </Menu>
          </span>
        )
      }
    >
      <div className="flex flex-col gap-4">
        <HealthNotice endpoint={endpoint} />
        <Facts
          facts={[
            [
              'Address',
              <span key="url" className="flex items-start gap-1">
                <code className="wrap-anywhere font-mono text-xs leading-5">{endpoint.url}</code>
                <CopyButton text={endpoint.url} what="address" />
              </span>,
            ],
            ['Format', formatWords[endpoint.format] ?? endpoint.format],
            ['Phone numbers', phoneWords[endpoint.phone_format] ?? endpoint.phone_format],
            [
              'Countries',
              endpoint.country_format === 'iso2' ? 'As code, such as DE' : 'By name, such as Germany',
            ],
            ['Needs', endpoint.required_fields.join(', ') || 'Nothing'],
            ...(Object.keys(endpoint.field_map).length
              ? ([['Sent as', mapWords(endpoint.field_map)]] as const)
              : []),
            ...(Object.keys(endpoint.default_values).length
              ? ([['When empty', valueWords(endpoint.default_values)]] as const)
              : []),
            ...(endpoint.header_names.length
              ? ([['Own headers', endpoint.header_names.join(', ')]] as const)
              : []),
            ['Test leads', endpoint.accepts_test ? 'Taken' : 'Not taken'],
            [
              'Last served',
              endpoint.last_served_at ? <Time key="served" at={endpoint.last_served_at} /> : 'Not yet',
            ],
          ]}
        />
      </div>
      <EndpointForm open={editing} onOpenChange={setEditing} endpoint={endpoint} mine={mine} />
      <AlertDialog
        open={rotating}
        onOpenChange={setRotating}
        title="Make a new signing secret?"
        description="Both secrets are valid for 24 hours. Put the new one in place in this time; after it only the new one counts."
        verb="Make a new secret"
        tone="primary"
        busy={rotate.isPending}
        onConfirm={() => rotate.mutate()}
      />
      <Dialog
        open={rotate.data !== undefined}
        onOpenChange={(open) => !open && rotate.reset()}
        title={`New signing secret of ${endpoint.name}`}
        actions={<DialogClose render={<Button look="primary">I have copied it</Button>} />}
      >
        {rotate.data && (
          <SecretOnce label="Signing secret" secret={rotate.data.secret}>
            With it the receiver checks that a lead really comes from us. The former secret ends in 24 hours.
          </SecretOnce>
        )}
      </Dialog>
    </Card>
  );
}

/** "phone as tel, email as mail". */
const mapWords = (map: EndpointView['field_map']): string =>
  Object.entries(map)
    .map(([ours, theirs]) => `${ours} as ${theirs}`)
    .join(', ');

const valueWords = (values: EndpointView['default_values']): string =>
  Object.entries(values)
    .map(([field, value]) => `${field}: ${value}`)
    .join(', ');

function HealthNotice({ endpoint }: { endpoint: EndpointView }) {
  if (endpoint.state === 'disabled') {
    return (
      <Notice title="Switched off">
        {endpoint.disabled_reason ? `${endpoint.disabled_reason} ` : ''}Leads wait until it is switched on
        again.
      </Notice>
    );
  }
  if (endpoint.health !== 'failing') return null;
  return (
    <Notice tone="bad" title="This endpoint does not take leads at the moment">
      {endpoint.breaker_opened_at && (
        <p>
          Since <Time at={endpoint.breaker_opened_at} />. We try again by ourselves; nothing is lost.
        </p>
      )}
    </Notice>
  );
}
