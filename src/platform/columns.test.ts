import { describe, expect, it } from 'vitest';
import { columnOf } from './columns.ts';

describe('a column of values for one statement', () => {
  it('keeps quotes, backslashes, commas, braces and the word null as they are written', () => {
    expect(columnOf(['a', 'say "hi"', 'c:\\d', '{x,y}', 'null', '', null])).toBe(
      '{a,"say \\"hi\\"","c:\\\\d","{x,y}","null","",null}',
    );
  });

  it('writes numbers, booleans, times and bytes the way PostgreSQL reads them', () => {
    expect(columnOf([1, 2n, true, new Date(0), Buffer.from('hi')])).toBe(
      '{1,2,true,1970-01-01T00:00:00.000Z,"\\\\x6869"}',
    );
  });
});
