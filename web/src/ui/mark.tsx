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
      <path d="M17.8 15.4a7 7 0 1 1 0-6.8" />
      <path d="M2 12h20" />
    </svg>
  );
}
