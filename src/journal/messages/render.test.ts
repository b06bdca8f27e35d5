import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderMessage } from './render.ts';

const folder = new URL('../../../pages/mail/', import.meta.url);
const values = (source: string) =>
  [...source.matchAll(/\{\{ (\w+) \}\}/g)].map(([, name]) => name!).filter((name) => name !== 'publicUrl');

describe('every template of pages/mail', () => {
  const files = readdirSync(folder).filter((file) => file !== 'layout.liquid');
  test.each(files)(
    '%s shows each of its values in every part, and nothing unescaped in HTML',
    async (file) => {
      const source = readFileSync(new URL(file, folder), 'utf8');
      const [template = '', language = 'en'] = file.replace('.liquid', '').split('.');
      const params = Object.fromEntries(values(source).map((name) => [name, `<${name}&"'>`]));
      const mail = await renderMessage(
        { template, params, locale: `${language}-GB` },
        'https://leads.example.com',
      );
      expect(mail.subject).not.toMatch(/^Subject|[\r\n]/);
      expect(mail.html).toContain(`<html lang="${language}-GB">`);
      for (const name of values(source.split('=== html')[1]!)) {
        expect(mail.html).toContain(`&lt;${name}&amp;&#34;&#39;&gt;`);
        expect(mail.html).not.toContain(`<${name}`);
      }
      for (const name of values(source.split('=== html')[0]!)) {
        expect(`${mail.subject}\n${mail.text}`).toContain(`<${name}&"'>`);
      }
    },
  );
});

test('every template that the program names exists', () => {
  const source = new URL('../../', import.meta.url);
  const named = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => [
      ...readFileSync(new URL(file, source), 'utf8').matchAll(/\btemplate: (.*'[a-z-]+'.*),$/gm),
    ])
    .flatMap(([, line = '']) => [...line.matchAll(/'([a-z][a-z-]+)'/g)].map(([, name]) => `${name}.liquid`));
  expect(named).toContain('confirm-lead.liquid');
  expect(new Set(readdirSync(folder))).toEqual(new Set([...readdirSync(folder), ...named]));
});

const params = { campaign: 'Solar', confirmUrl: 'https://x.example/c/1', expiresOn: 'Friday' };

test.each([
  ['de-AT', 'Bitte bestätigen Sie Ihre Anfrage: Solar'],
  ['nb', 'Please confirm your request: Solar'],
  ['../../x', 'Please confirm your request: Solar'],
])('the language %s gets the subject "%s"', async (locale, subject) => {
  const mail = await renderMessage({ template: 'confirm-lead', params, locale }, 'https://x.example');
  expect(mail.subject).toBe(subject);
});

test('a value cannot add a header line to the subject', async () => {
  const broken = { ...params, campaign: 'Solar\r\nBcc: all@example.com' };
  const mail = await renderMessage(
    { template: 'confirm-lead', params: broken, locale: 'en-GB' },
    'https://x.example',
  );
  expect(mail.subject).toBe('Please confirm your request: Solar Bcc: all@example.com');
});

test.each([
  ['no-such', params, /no template no-such/],
  ['../layout', params, /no name of a template/],
  ['confirm-lead', { campaign: 'Solar' }, /undefined variable/],
])('%s with missing parts is an error', async (template, given, error) => {
  await expect(renderMessage({ template, params: given, locale: 'en-GB' }, '')).rejects.toThrow(error);
});
