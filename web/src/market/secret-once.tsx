import { CopyButton } from '../ui/copy-button.tsx';
import { Notice } from '../ui/notice.tsx';

interface SecretOnceProps {
  /** "Signing secret", "Token". */
  label: string;
  secret: string;
  /** What it is for, and where it goes. */
  children: React.ReactNode;
}

/** A secret in the one moment in which it can be read. */
export function SecretOnce({ label, secret, children }: SecretOnceProps) {
  return (
    <div className="flex flex-col gap-2">
      <Notice tone="warn" title={`Copy it now: the ${label.toLowerCase()} is not shown again.`}>
        <p>{children}</p>
      </Notice>
      <CopyLine label={label} text={secret} />
    </div>
  );
}

/** A text to take along, such as a secret or an address. */
export function CopyLine({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <p className="mb-1 font-medium text-sm">{label}</p>
      <div className="flex items-start gap-2 rounded-control border bg-surface-2 py-1.5 pr-1.5 pl-2.5">
        <code className="wrap-anywhere min-w-0 flex-1 py-0.5 font-mono text-xs">{text}</code>
        <CopyButton text={text} what={label.toLowerCase()} />
      </div>
    </div>
  );
}

/** Several lines of code, such as a request to try. */
export function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    <div className="relative min-w-0">
      <div className="flex items-center justify-between">
        <p className="font-medium text-sm">{label}</p>
        <CopyButton text={text} what={label.toLowerCase()} />
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        className="mt-1 max-h-72 overflow-auto rounded-control border bg-surface-2 p-2.5 font-mono text-xs"
      >
        {text}
      </pre>
    </div>
  );
}
