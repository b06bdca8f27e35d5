import { afterAll, beforeAll, expect, test } from 'vitest';
import { enqueueMessages, sendDueMessages } from '../../src/journal/messages/index.ts';
import { type HttpTest, httpTest } from '../support/http.ts';

let http: HttpTest;
beforeAll(async () => {
  http = await httpTest();
  await http.app.db.tx({ role: 'engine' }, (tx) =>
    enqueueMessages(
      tx,
      ['ada', 'bob'].map((name) => ({
        template: 'confirm-lead',
        recipient: `${name}@example.com`,
        params: {
          campaign: `<b>${name}</b>`,
          confirmUrl: `https://x.example/c/${name}?a=1&b=2`,
          expiresOn: 'Friday',
        },
      })),
    ),
  );
  await sendDueMessages(http.app);
});
afterAll(() => http?.[Symbol.asyncDispose]());

test('a script finds the mail of a person and the link in it', async () => {
  const { body } = await http.send('GET', '/dev/mail.json?to=ada@example.com');
  expect(body.data).toHaveLength(1);
  expect(body.data[0]).toMatchObject({
    to: 'ada@example.com',
    template: 'confirm-lead',
    state: 'sent',
    subject: 'Please confirm your request: <b>ada</b>',
    links: ['https://x.example/c/ada?a=1&b=2'],
  });
});

test('the page lists the mails and shows one, without running what stands in it', async () => {
  const list = await http.send('GET', '/dev/mail');
  expect(list.body).toContain('Please confirm your request: &lt;b&gt;bob&lt;/b&gt;');
  const id = (await http.send('GET', '/dev/mail.json?to=bob@example.com')).body.data[0].id;
  const one = await http.send('GET', `/dev/mail/${id}`);
  expect(one.body).toContain('<iframe title="HTML part" sandbox srcdoc=');
  expect(one.body).not.toContain('<b>bob</b>');
  expect((await http.send('GET', '/dev/mail/01999999-9999-7999-8999-999999999999')).status).toBe(404);
});

test('without FAIRLEAD_DEV there is no such page', async () => {
  await using closed = await httpTest({ FAIRLEAD_DEV: '0' });
  for (const url of ['/dev/mail', '/dev/mail.json']) {
    expect((await closed.send('GET', url)).status).toBe(404);
  }
});
