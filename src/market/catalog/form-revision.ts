import { createHash } from 'node:crypto';
import type { FormVersion } from './store.ts';

const REVISION_LENGTH = 16;

/**
 * Names what a version of a form holds: two people who see the same revision see the same fields. A draft is edited
 * against it, because a form has no version number of its own content.
 */
export const revisionOf = ({
  fields,
  changeSummary,
}: Pick<FormVersion, 'fields' | 'changeSummary'>): string =>
  createHash('sha256')
    .update(JSON.stringify([fields, changeSummary]))
    .digest('hex')
    .slice(0, REVISION_LENGTH);
