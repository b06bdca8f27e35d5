import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpTest, httpTest } from '../support/http.ts';

/** What the specification names so itself: the parts of the envelopes. */
const ENVELOPE = ['requestId', 'totalPages', 'nextCursor', 'totalIsEstimate'];
/** The rules of a form's field are stored as their writer wrote them, like the keys of JSON Schema. */
const HELD_AS_WRITTEN = 'rules';
const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

type Operation = {
  summary?: string;
  tags?: string[];
  operationId?: string;
  security?: object[];
  responses: Record<string, { description?: string; content?: Record<string, { schema: object }> }>;
  parameters?: { name: string; in: string }[];
};

let http: HttpTest;
let text: string;
let document: {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
};
let operations: (Operation & { name: string })[];

beforeAll(async () => {
  http = await httpTest();
  const answer = await http.api.server.inject({ url: '/api/v1/openapi.json' });
  text = answer.body;
  document = answer.json();
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      name: `${method.toUpperCase()} ${path}`,
    })),
  );
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const missing = (fine: (operation: Operation & { name: string }) => boolean) =>
  operations.filter((operation) => !fine(operation)).map(({ name }) => name);

/** The names of all fields and parameters below a part of the description; headers have a writing of their own. */
function fieldNames(part: unknown, name = ''): string[] {
  if (typeof part !== 'object' || part === null || name === HELD_AS_WRITTEN) return [];
  const { properties = {}, in: place, name: parameter } = part as Record<string, unknown>;
  const own = [
    ...(typeof properties === 'object' ? Object.keys(properties ?? {}) : []),
    ...(typeof parameter === 'string' && (place === 'query' || place === 'path') ? [parameter] : []),
  ];
  return [...own, ...Object.entries(part).flatMap(([key, inner]) => fieldNames(inner, key))];
}

describe('the description of the API', () => {
  test('is OpenAPI 3.1 and knows every route of the API', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.version).toMatch(/^\d+\.\d+\.\d+/);
    const hidden = ['/api/v1/openapi.json'];
    const registered = http.api.routes
      .filter(({ url }) => url.startsWith('/api/v1/') && !hidden.includes(url))
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
    expect(operations.map(({ name }) => name).sort()).toEqual(registered.sort());
  });

  test('gives every route a summary, a tag and an id of its own', () => {
    expect(missing(({ summary, tags }) => Boolean(summary) && (tags?.length ?? 0) > 0)).toEqual([]);
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('declares the refusals of every route', () => {
    expect(missing(({ responses }) => '429' in responses && '503' in responses)).toEqual([]);
    expect(missing(({ responses, security }) => (security?.length === 0) !== '401' in responses)).toEqual([]);
    const withBody = operations.filter((operation) => 'requestBody' in operation);
    expect(withBody.filter(({ responses }) => !('422' in responses) || !('413' in responses))).toEqual([]);
  });

  test('names each part of an address as a parameter', () => {
    const wrong = missing(({ name, parameters }) =>
      [...name.matchAll(/\{(\w+)\}/g)].every(([, part]) =>
        parameters?.some((one) => one.in === 'path' && one.name === part),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('writes every field of a body and every part of a question in snake_case', () => {
    const names = fieldNames(document.paths);
    expect(names).toEqual(expect.arrayContaining(['lead_id', 'created_at', 'page', ...ENVELOPE]));
    const wrong = names.filter((name) => !SNAKE_CASE.test(name) && !ENVELOPE.includes(name));
    expect(wrong).toEqual([]);
  });

  test('sorts the routes under headings that begin with a capital', () => {
    const tags = new Set(operations.flatMap((operation) => operation.tags ?? []));
    expect([...tags].filter((tag) => !/^[A-Z]/.test(tag))).toEqual([]);
  });

  test('has no reference that leads nowhere, no leftovers of the tool', () => {
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to ?? '');
    const at = (to: string) =>
      to
        .slice(2)
        .split('/')
        .reduce<unknown>((held, key) => (held as Record<string, unknown>)?.[key], document);
    expect(references.filter((to) => at(to) === undefined)).toEqual([]);
    expect(text).not.toContain('"$schema"');
    expect(text).not.toMatch(/"format":"(uuid|email|date-time)","pattern"/);
  });
});

test('the readable description works offline, with scripts of our own only', async () => {
  const page = await http.api.server.inject({ url: '/api/docs' });
  expect(page.statusCode).toBe(200);
  expect(page.body).not.toMatch(/<script>|https?:/);
  expect(page.headers['content-security-policy']).toContain("script-src 'self'");
  for (const [, src] of page.body.matchAll(/src="([^"]+)"/g)) {
    const script = await http.api.server.inject({ url: src ?? '' });
    expect(script.statusCode, src).toBe(200);
    expect(script.headers['content-type']).toContain('javascript');
  }
  const start = await http.api.server.inject({ url: '/api/docs/start.js' });
  expect(start.body).toContain('"withDefaultFonts":false');
  expect(start.body).toContain('"telemetry":false');
});
