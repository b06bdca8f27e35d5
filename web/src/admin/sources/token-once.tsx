import { useFormFields } from '../../market/queries.ts';
import { CodeBlock, SecretOnce } from '../../market/secret-once.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { curlOf } from './sample-request.ts';

/** A source's token in the one moment in which it can be read, with a request that works at once. */
export function TokenOnce({ token, nicheId }: { token: string; nicheId: string }) {
  const fields = useFormFields(nicheId, false);
  return (
    <div className="flex flex-col gap-4">
      <SecretOnce label="Token" secret={token}>
        Who has it can send leads in the name of this source.
      </SecretOnce>
      {fields ? (
        <div>
          <CodeBlock label="Try it" text={curlOf(window.location.origin, token, fields)} />
          <p className="mt-1 text-muted text-sm">
            Sends one test lead: nobody is charged. Leave out "test" for a real one.
          </p>
        </div>
      ) : (
        <SkeletonLines lines={4} />
      )}
    </div>
  );
}
