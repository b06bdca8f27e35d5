import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit, SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { plainProvider } from '../support/money.ts';

let http: HttpTest;
let admin: Send;
let auditor: Send;
const leads = [newId(), newId()] as const;
const person = newId();
beforeAll(async () => {
  http = await httpTest();
  admin = (await signedInAs(http, 'admin')).send;
  auditor = (await signedInAs(http, 'auditor')).send;
  for (let at = 0; at < 5; at += 1) {
    await http.app.db.tx({ role: 'engine' }, (tx) =>
      audit(tx, [
        {
          actor: at % 2 === 0 ? SYSTEM : { id: person, role: 'operator', ip: '192.0.2.9' },
          action: at === 4 ? 'lead.rejected' : 'lead.approved',
          entityType: 'lead',
          entityId: leads[at % 2]!,
          before: { state: 'pending_approval' },
          after: { state: 'approved' },
          description: `Step ${at}.`,
          adminOnlyMemo: `memo ${at}`,
        },
      ]),
    );
  }
});
afterAll(() => http?.[Symbol.asyncDispose]());

type Row = { description: string; admin_only_memo?: string };
const steps = async (query: string, send: Send = admin) => {
  const answer = await send('GET', `/api/v1/admin/audit?entity_type=lead&${query}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.data.map(({ description }: Row) => description.replace(/\D/g, '')).join('');
};

test.each([
  ['', '43210'],
  [`entity_id=${leads[1]}`, '31'],
  [`actor_id=${person}`, '31'],
  ['actor_role=system', '420'],
  ['action=lead.rejected', '4'],
  ['from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00%2B01:00', '43210'],
  ['to=2000-01-01T00:00:00Z', ''],
])('the filter "%s" shows the steps "%s"', async (query, expected) => {
  expect(await steps(query)).toBe(expected);
});

test('the list is read to its end by its cursor', async () => {
  let seen = '';
  let cursor = '';
  for (let pages = 0; pages < 5; pages += 1) {
    const { body } = await admin('GET', `/api/v1/admin/audit?entity_type=lead&limit=2${cursor}`);
    seen += body.data.map(({ description }: Row) => description.replace(/\D/g, '')).join('');
    if (!body.pagination.nextCursor) break;
    cursor = `&cursor=${body.pagination.nextCursor}`;
  }
  expect(seen).toBe('43210');
});

test('the memo for admins is read by admins only', async () => {
  const { body } = await admin('GET', '/api/v1/admin/audit?entity_type=lead&limit=1');
  expect(body.data[0]).toMatchObject({
    admin_only_memo: 'memo 4',
    actor_role: 'system',
    entity_type: 'lead',
  });
  const hidden = await auditor('GET', '/api/v1/admin/audit?entity_type=lead&limit=1');
  expect(hidden.status).toBe(200);
  expect(JSON.stringify(hidden.body)).not.toContain('memo');
});

test('a provider reads no audit log, and a wrong cursor is named', async () => {
  const provider = (await signedInAs(http, 'provider_owner', { providerId: await someProvider() })).send;
  expect((await provider('GET', '/api/v1/admin/audit')).status).toBe(403);
  const wrong = await admin('GET', '/api/v1/admin/audit?cursor=abc');
  expect([wrong.status, wrong.body.details[0].field]).toEqual([422, 'cursor']);
});

const someProvider = () => http.app.db.tx({ role: 'operator' }, (tx) => plainProvider(tx));
