import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Liquid, type Template } from 'liquidjs';

/**
 * The page behind the link of the confirmation mail: one button, no script. Mail scanners open links by themselves, so
 * showing it changes nothing; the button sends a POST, and that confirms.
 */
export type PageState = 'ask' | 'done' | 'expired' | 'invalid';
type Words = { title: string; lines: string[]; button?: string; again_label?: string };

const WORDS: Record<'en' | 'de', Record<PageState, Words>> = {
  en: {
    ask: {
      title: 'Confirm your request',
      lines: ['Press the button to confirm. Nobody receives your data before you do.'],
      button: 'Confirm my request',
    },
    done: { title: 'Thank you', lines: ['Your request is confirmed. You need not do anything else.'] },
    expired: {
      title: 'This link no longer works',
      lines: ['It has expired, or a newer one was sent to you. Your data went to nobody.'],
      again_label: 'Fill in the form again',
    },
    invalid: {
      title: 'This link is not complete',
      lines: ['Please open it again from the mail, or copy the whole line into the address bar.'],
    },
  },
  de: {
    ask: {
      title: 'Anfrage bestätigen',
      lines: ['Bitte bestätigen Sie mit dem Knopf. Vorher erhält niemand Ihre Daten.'],
      button: 'Anfrage bestätigen',
    },
    done: { title: 'Vielen Dank', lines: ['Ihre Anfrage ist bestätigt. Sie müssen nichts weiter tun.'] },
    expired: {
      title: 'Dieser Link gilt nicht mehr',
      lines: [
        'Er ist abgelaufen, oder wir haben Ihnen einen neueren geschickt. Niemand hat Ihre Daten erhalten.',
      ],
      again_label: 'Formular noch einmal ausfüllen',
    },
    invalid: {
      title: 'Dieser Link ist nicht vollständig',
      lines: ['Bitte öffnen Sie ihn noch einmal aus der Mail, oder kopieren Sie die ganze Zeile.'],
    },
  },
};

const STYLE =
  ':root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0}' +
  'main{max-width:34rem;margin:12vh auto;padding:0 1.25rem}h1{font-size:1.6rem;line-height:1.25}' +
  'button{font:inherit;font-weight:600;padding:.75rem 1.5rem;border:0;border-radius:.5rem;background:#0b5cad;color:#fff;' +
  'cursor:pointer}button:focus-visible,a:focus-visible{outline:3px solid #f5a524;outline-offset:2px}';

/** The page's own policy: its one style by hash, its form to us, and nothing else. */
export const PAGE_POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const liquid = new Liquid({ outputEscape: 'escape', strictVariables: false });
let template: Template[] | undefined;

export async function confirmPage(
  state: PageState,
  options: { language?: string | undefined; token?: string | null; again?: string | null },
): Promise<string> {
  template ??= liquid.parse(readFileSync(new URL('../../../pages/confirm.liquid', import.meta.url), 'utf8'));
  const lang = /^\s*de\b/i.test(options.language ?? '') ? 'de' : 'en';
  const values = { ...WORDS[lang][state], lang, style: STYLE, token: options.token, again: options.again };
  return String(await liquid.render(template, values));
}
