import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { portalRoutes } from '../../src/api/static.ts';
import { createServer, type Server } from '../../src/platform/http.ts';
import { createLog } from '../../src/platform/log.ts';

let dist: string;
let server: Server;

async function serverOver(folder: string): Promise<Server> {
  const made = createServer({ log: createLog('silent'), bodyLimitBytes: 10_000, trustProxy: [] }).server;
  await portalRoutes(made, folder);
  await made.ready();
  return made;
}

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'fairlead-portal-'));
  await mkdir(join(dist, 'assets'));
  await writeFile(join(dist, 'index.html'), '<!doctype html><title>Fairlead</title>');
  await writeFile(join(dist, 'assets', 'index-Ab3_xY9z.js'), 'console.log(1)');
  await writeFile(join(dist, 'assets', 'theme.js'), 'console.log(2)');
  await writeFile(join(dist, 'secret.txt'), 'not for the world');
  server = await serverOver(dist);
});
afterAll(async () => {
  await server?.close();
  await rm(dist, { recursive: true, force: true });
});

const get = (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers });

test('every address of the portal answers with its one page', async () => {
  for (const url of [
    '/',
    '/login',
    '/admin',
    '/admin/leads/7',
    '/dashboard/billing',
    '/first-admin?token=x',
  ]) {
    const answer = await get(url);
    expect(answer.statusCode, url).toBe(200);
    expect(answer.headers['content-type'], url).toContain('text/html');
    expect(answer.headers['cache-control'], url).toBe('no-cache');
  }
  expect((await get('/energy')).statusCode).toBe(404);
});

test('a file whose name holds its hash is kept for a year, others are asked for again', async () => {
  const hashed = await get('/assets/index-Ab3_xY9z.js');
  expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  const plain = await get('/assets/theme.js');
  expect(plain.headers['cache-control']).toBe('no-cache');
  const again = await get('/assets/theme.js', { 'if-none-match': String(plain.headers.etag) });
  expect(again.statusCode).toBe(304);
});

test('nothing beside the assets is given out', async () => {
  for (const url of [
    '/assets/missing.js',
    '/assets/../secret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/..%5csecret.txt',
    '/assets/%00',
    '/assets/',
    '/secret.txt',
  ]) {
    const answer = await get(url);
    expect(answer.statusCode, url).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode, url).toBeLessThan(500);
    expect(answer.json(), url).toMatchObject({ success: false });
  }
});

test('a portal that is not built says how to build it', async () => {
  const bare = await serverOver(join(dist, 'nowhere'));
  const answer = await bare.inject({ url: '/login' });
  expect(answer.statusCode).toBe(503);
  expect(answer.body).toContain('npm run build');
  await bare.close();
});
