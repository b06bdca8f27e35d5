import { expect, test } from 'vitest';
import { connectionOptions, databaseUrl, withDatabase, withLogin } from './database-url.ts';

test('a URL names a server by its address', () => {
  expect(connectionOptions('postgres://app:p%40ss@db.example.com/leads?sslmode=verify-full')).toEqual({
    host: 'db.example.com',
    port: 5432,
    database: 'leads',
    username: 'app',
    password: 'p@ss',
    ssl: 'verify-full',
  });
});

test('host= names the folder of a unix socket, and what is written is read again', () => {
  const parts = { host: '/run/a b', port: 5433, database: 'leads é', username: 'app', password: 'a:/?#@b' };
  expect(connectionOptions(databaseUrl(parts))).toEqual({ ...parts, ssl: false });
  expect(connectionOptions('postgres://app@%2Fvar%2Frun/leads').host).toBe('/var/run');
});

test('another database or login changes nothing else', () => {
  const url = databaseUrl({ host: '/run', port: 5432, database: 'a', username: 'app', password: 'x' });
  expect(connectionOptions(withDatabase(url, 'b'))).toEqual({ ...connectionOptions(url), database: 'b' });
  const other = connectionOptions(withLogin(url, 'owner', 'y/z'));
  expect(other).toEqual({ ...connectionOptions(url), username: 'owner', password: 'y/z' });
});

test.each([
  ['leads', 'is no URL'],
  ['mysql://app@db/leads', 'must begin with postgres://'],
  ['postgres://app@db', 'names no database'],
  ['postgres://db/leads', 'names no user'],
  ['postgres:///leads?host=/run', 'names no user'],
  ['postgres://app@db/leads?port=0', 'port outside'],
  ['postgres://app@db/leads?sslmode=maybe', 'unknown sslmode "maybe"'],
  ['postgres://app@db/leads?schema=x', 'does not know the parameter "schema"'],
  ['postgres://app:%zz@db/leads', 'a wrong % sign'],
])('%s is refused with the reason, never with the password', (url, reason) => {
  expect(() => connectionOptions(url)).toThrow(reason);
  expect(() => connectionOptions('postgres://app:secret#1@db/leads')).toThrow(/^((?!secret).)*$/);
});
