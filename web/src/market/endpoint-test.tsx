import { Send } from 'lucide-react';
import { useState } from 'react';
import type { EndpointTestView } from '../../../src/lead/delivery/schema.ts';
import { useAct } from '../act.ts';
import { api } from '../client.ts';
import { Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { Body, durationText, HeaderList, StatusCode } from './exchange.tsx';

interface EndpointTestProps {
  endpoint: { id: string; name: string };
  mine: boolean;
}

/** Sends a made-up lead to an endpoint and shows everything that was said. */
export function EndpointTest({ endpoint, mine }: EndpointTestProps) {
  const [result, setResult] = useState<EndpointTestView>();
  const test = useAct(
    () => api.post<EndpointTestView>(`${mine ? '/providers/me' : '/admin'}/endpoints/${endpoint.id}/test`),
    { problem: 'No test was sent', renew: ['endpoints', 'mine'], onDone: setResult },
  );
  return (
    <>
      <Button size="sm" busy={test.isPending} onClick={() => test.mutate()}>
        <Send aria-hidden />
        Send test lead
      </Button>
      <Dialog
        wide
        open={result !== undefined}
        onOpenChange={(open) => !open && setResult(undefined)}
        title={`Test of ${endpoint.name}`}
        description="A made-up lead, marked as a test. Nobody is charged."
        actions={
          <Button busy={test.isPending} onClick={() => test.mutate()}>
            Send again
          </Button>
        }
      >
        {result && <TestResult result={result} />}
      </Dialog>
    </>
  );
}

function TestResult({ result }: { result: EndpointTestView }) {
  const { request, response } = result;
  return (
    <div className="flex flex-col gap-4">
      <Notice tone={result.outcome === 'delivered' ? 'good' : 'warn'} title={result.diagnosis}>
        <p className="mt-1 flex flex-wrap items-center gap-2 text-muted">
          <Status kind="attempt" state={result.outcome} />
          {response && <StatusCode status={response.status} />}
          {result.duration_ms !== null && (
            <span className="tabular-nums">{durationText(result.duration_ms)}</span>
          )}
        </p>
      </Notice>
      <section className="flex flex-col gap-2">
        <h3 className="font-medium text-base">What we sent</h3>
        <p className="wrap-anywhere font-mono text-xs">POST {request.url}</p>
        <HeaderList label="Headers" headers={request.headers} />
        <Body label="Body" text={request.body} />
      </section>
      <section className="flex flex-col gap-2">
        <h3 className="font-medium text-base">What it answered</h3>
        {response ? (
          <>
            <HeaderList label="Headers" headers={response.headers} />
            <Body label="Answer" text={response.body} />
            {response.truncated && (
              <p className="text-muted text-sm">The answer was longer; this is its beginning.</p>
            )}
          </>
        ) : (
          <p className="text-muted text-sm">Nothing.</p>
        )}
      </section>
    </div>
  );
}
