import { Link } from '@tanstack/react-router';
import type { EndpointView } from '../../../../src/market/endpoints/schema.ts';
import type { ProviderView } from '../../../../src/market/providers/schema.ts';
import { Page } from '../../frame/page.tsx';
import { EndpointTest } from '../../market/endpoint-test.tsx';
import { SecretOnce } from '../../market/secret-once.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Notice } from '../../ui/notice.tsx';

export interface Added {
  provider: ProviderView;
  endpoint: EndpointView;
  secret: string;
}

interface AddedPageProps {
  added: Added & { credited: string | null; notCredited: string | null };
  onAnother: () => void;
}

/** What to do next for a provider that was just added. */
export function AddedPage({ added, onAnother }: AddedPageProps) {
  const { provider, endpoint, secret, credited, notCredited } = added;
  return (
    <Page
      title={`${provider.company_name} is added`}
      sentence="Next: give it the signing secret, and send a test lead."
    >
      <div className="flex max-w-3xl flex-col gap-4">
        {notCredited && <Notice tone="warn" title={`The opening balance was not booked. ${notCredited}`} />}
        <Card title="1. Pass on the signing secret">
          <SecretOnce label="Signing secret" secret={secret}>
            The provider checks with it that a lead really comes from us. Send it on a safe way.
          </SecretOnce>
        </Card>
        <Card
          title="2. Send a test lead"
          note={endpoint.url}
          aside={<EndpointTest endpoint={endpoint} mine={false} />}
        >
          <p className="text-sm">You see what was sent, what was answered, and what it means.</p>
        </Card>
        <Card title="3. Money">
          <p className="text-sm">
            {credited
              ? `${credited} are on its account: it gets leads from now on.`
              : 'It has no money yet and gets no leads until it does.'}
          </p>
        </Card>
        <div className="flex justify-end gap-2">
          <Button onClick={onAnother}>Add another</Button>
          <Link
            to="/admin/providers/$providerId"
            params={{ providerId: provider.id }}
            className={buttonClass({ look: 'primary' })}
          >
            Open {provider.company_name}
          </Link>
        </div>
      </div>
    </Page>
  );
}
