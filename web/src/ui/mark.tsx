/** The mark of Fairlead: a ring through which a line runs. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      aria-hidden="true"
      className={className}
    >
      <path d="M7.2 9.5a5 8.5 0 1 1 0 5" />
      <path d="M1.5 12H14M20 12h2.5" />
    </svg>
  );
}
