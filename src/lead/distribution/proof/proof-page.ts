import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Liquid, type Template } from 'liquidjs';
import type { ProofDay } from './schema.ts';

/** The public page of the roots: a table, no script. */
const STYLE =
  ':root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}' +
  'body{margin:0;background:light-dark(#fff,#15171c);color:light-dark(#1b1e25,#e8eaee)}' +
  'main{max-width:60rem;margin:4rem auto;padding:0 1.25rem}h1{font-size:1.6rem;line-height:1.25}' +
  'h2{font-size:1.1rem;margin:1.5rem 0 .5rem}p{max-width:42rem}' +
  'dl{display:grid;grid-template-columns:11rem 1fr;gap:.15rem 1rem;margin:0}dd{margin:0;overflow-wrap:anywhere}' +
  'dt{color:light-dark(#575d69,#a9b0bd)}code{font:0.85rem/1.5 ui-monospace,monospace}' +
  'section{border-top:1px solid light-dark(#d9dce2,#363a44);padding-bottom:1.25rem}a{color:light-dark(#0b5cad,#8ec5ff)}' +
  'a:focus-visible{outline:3px solid #f5a524;outline-offset:2px}' +
  '@media(max-width:40rem){main{margin:2rem auto}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}';

export const PAGE_POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const liquid = new Liquid({ outputEscape: 'escape', strictVariables: true });
let template: Template[] | undefined;

export async function proofPage(days: readonly ProofDay[]): Promise<string> {
  template ??= liquid.parse(readFileSync(new URL('../../../../pages/proof.liquid', import.meta.url), 'utf8'));
  return String(await liquid.render(template, { style: STYLE, days }));
}
