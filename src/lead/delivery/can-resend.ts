/**
 * Whether what a delivery sends is still there, or was never made: one that was never sent has no body yet, it is made
 * at its first attempt.
 */
export const canResend = ({ hasBody, tries }: { hasBody: boolean; tries: number }): boolean =>
  hasBody || tries === 0;
