import { defineRefusals } from '../../../kernel/errors.ts';

export const refusals = defineRefusals({
  proof_missing: [404, 'This day has no root yet. A root is made in the hour after midnight UTC.'],
  proof_unavailable: [409, 'The data key of this day is not here, so the salts cannot be worked out.'],
  proof_cursor_invalid: [422, 'The cursor is not one of this list.'],
});
