import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, firstAdminLink, hashPassword } from '../../src/access/index.ts';
import { bareProvider, type HttpTest, httpTest, signedInAs } from '../support/http.ts';

const PASSWORD = 'a quiet harbour in the rain';

let http: HttpTest;
beforeAll(async () => {
  http = await httpTest();
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const login = (email: string, password: string, more: object = {}, headers = {}) =>
  http.send('POST', '/api/v1/auth/login', { email, password, ...more }, headers);

const cookieOf = (headers: Record<string, unknown>) =>
  String(headers['set-cookie'] ?? '').split(';')[0] ?? '';
const tokenOf = (link: string) => new URL(link).searchParams.get('token') ?? '';

async function member(email: string, role: 'admin' | 'operator' = 'operator', status = 'active') {
  const passwordHash = await hashPassword(PASSWORD);
  return await http.app.db.tx({ role: 'engine' }, async (tx) => {
    const user = await createUser(tx, {
      ...{ email, role, providerId: null, firstName: 'Mia', lastName: 'Berg', passwordHash },
    });
    await tx`update users set status = ${status} where id = ${user.id}`;
    return user;
  });
}

describe('the first administrator', () => {
  test('is made once by the link of the first start, of two who try at once by one', async () => {
    const old = await firstAdminLink(http.app);
    const link = await firstAdminLink(http.app);
    const input = { email: 'Boss@Example.com', name: 'Ada Mar', password: PASSWORD };
    const make = (of: string, email = input.email) =>
      http.send('POST', '/api/v1/auth/first-admin', { ...input, email, token: tokenOf(of) });

    expect((await make(old!)).body).toMatchObject({ code: 'link_not_valid' });
    const answers = await Promise.all([make(link!), make(link!, 'second@example.com')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    const made = answers.find(({ status }) => status === 200)!;
    expect(made.body.data).toMatchObject({ token: null, user: { role: 'admin', status: 'active' } });
    expect(await firstAdminLink(http.app)).toBeNull();

    const me = await http.send('GET', '/api/v1/auth/me', undefined, { cookie: cookieOf(made.headers) });
    expect(me.body.data).toMatchObject({ name: 'Ada Mar', role: 'admin', via: 'cookie', https: false });
  });
});

describe('signing in', () => {
  test('gives a browser a cookie that scripts cannot read, and nothing else', async () => {
    await member('cookie@example.com');
    const answer = await login('Cookie@Example.com', PASSWORD);
    expect(answer.status).toBe(200);
    expect(answer.body.data.token).toBeNull();
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(/^fairlead=fl_ses_[\w-]{43}; /);
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Lax');
    const [stored] = await http.app.db.tx(
      { role: 'engine' },
      (tx) =>
        tx`select count(*)::int as there from sessions where encode(token_hash, 'escape') like '%fl_ses%'`,
    );
    expect(stored?.there).toBe(0);
  });

  test('gives a program a token for the header, which does not work as a cookie', async () => {
    await member('token@example.com');
    const answer = await login('token@example.com', PASSWORD, { token: true });
    const { token } = answer.body.data;
    expect(token).toMatch(/^fl_usr_/);
    expect(answer.headers['set-cookie']).toBeUndefined();
    const me = (headers: Record<string, string>) => http.send('GET', '/api/v1/auth/me', undefined, headers);
    expect((await me({ authorization: `Bearer ${token}` })).body.data).toMatchObject({ via: 'bearer' });
    expect((await me({ cookie: `fairlead=${token}` })).status).toBe(401);
  });

  test('says the same to a wrong password and to an unknown e-mail', async () => {
    await member('known@example.com');
    const wrong = await login('known@example.com', 'not the password');
    const unknown = await login('nobody@example.com', 'not the password');
    expect(wrong.status).toBe(401);
    const { requestId: _one, ...first } = wrong.body;
    const { requestId: _two, ...second } = unknown.body;
    expect(first).toEqual(second);
  });

  test.each([
    ['suspended', 'account_not_active'],
    ['deactivated', 'account_not_active'],
  ])('is refused to a %s user, who learns it only with the right password', async (status, code) => {
    const email = `${status}@example.com`;
    await member(email, 'operator', status);
    expect((await login(email, PASSWORD)).body).toMatchObject({ code });
    expect((await login(email, 'not the password')).body).toMatchObject({ code: 'sign_in_wrong' });
  });

  test('is refused until the e-mail address is confirmed', async () => {
    const user = await member('unverified@example.com');
    await http.app.db.tx(
      { role: 'engine' },
      (tx) => tx`
      update users set email_verified_at = null where id = ${user.id}`,
    );
    expect((await login('unverified@example.com', PASSWORD)).body).toMatchObject({
      code: 'email_not_verified',
    });
  });

  test('shuts one network out of an account after ten tries, and nobody else', async () => {
    await member('victim@example.com');
    const from = (remoteAddress: string, password: string) =>
      http.api.server.inject({
        ...{ method: 'POST', url: '/api/v1/auth/login', remoteAddress },
        payload: { email: 'victim@example.com', password },
      });
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await from('192.0.2.10', 'not the password')).statusCode).toBe(401);
    }
    const shut = await from('192.0.2.10', PASSWORD);
    expect(shut.statusCode).toBe(429);
    expect(Number(shut.headers['retry-after'])).toBeGreaterThan(0);
    expect((await from('198.51.100.7', PASSWORD)).statusCode).toBe(200);
  });

  test('is refused on plain http over a network', async () => {
    await using open = await httpTest({ FAIRLEAD_DEV: '0', PUBLIC_URL: 'http://leads.example.com' });
    const answer = await open.send('POST', '/api/v1/auth/login', {
      email: 'a@example.com',
      password: PASSWORD,
    });
    expect(answer.body).toMatchObject({ code: 'https_needed' });
  });

  test('binds the cookie to this host on https', async () => {
    await using secure = await httpTest({ FAIRLEAD_DEV: '0', PUBLIC_URL: 'https://leads.example.com' });
    const link = await firstAdminLink(secure.app);
    const answer = await secure.send('POST', '/api/v1/auth/first-admin', {
      ...{ token: tokenOf(link!), email: 'a@example.com', name: 'Ada Mar', password: PASSWORD },
    });
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^__Host-fairlead=.+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(answer.headers['strict-transport-security']).toContain('max-age=');
  });
});

describe('a session', () => {
  test('ends at once by signing out, here or everywhere', async () => {
    const here = await signedInAs(http, 'operator');
    expect((await here.send('POST', '/api/v1/auth/logout')).status).toBe(200);
    expect((await here.send('GET', '/api/v1/auth/me')).status).toBe(401);

    await member('two@example.com');
    const [one, two] = [await login('two@example.com', PASSWORD), await login('two@example.com', PASSWORD)];
    const as = (answer: typeof one) => ({
      cookie: cookieOf(answer.headers),
      'sec-fetch-site': 'same-origin',
    });
    await http.send('POST', '/api/v1/auth/logout', { everywhere: true }, as(one));
    expect((await http.send('GET', '/api/v1/auth/me', undefined, as(two))).status).toBe(401);
  });

  test('takes up a new role with the next request and ends when the user is suspended', async () => {
    const admin = await signedInAs(http, 'admin');
    const clerk = await signedInAs(http, 'operator');
    const url = `/api/v1/admin/users/${clerk.userId}`;
    expect((await clerk.send('GET', '/api/v1/admin/users')).status).toBe(403);
    const raised = await admin.send('PATCH', url, { role: 'admin', version: 1 });
    expect(raised.body.data).toMatchObject({ role: 'admin', version: 2 });
    expect((await clerk.send('GET', '/api/v1/admin/users')).status).toBe(200);
    const stale = await admin.send('PATCH', url, { status: 'suspended' }, { 'if-match': '"1"' });
    expect(stale.body).toMatchObject({ code: 'version_stale' });
    expect((await admin.send('PATCH', url, { status: 'suspended' }, { 'if-match': '"2"' })).status).toBe(200);
    expect((await clerk.send('GET', '/api/v1/auth/me')).status).toBe(401);
    const own = await admin.send('PATCH', `/api/v1/admin/users/${admin.userId}`, {
      role: 'auditor',
      version: 1,
    });
    expect(own.body).toMatchObject({ code: 'own_account_locked_out' });
  });

  test.each([
    ['three idle days', "expires_at = clock_timestamp() - interval '1 second'"],
    ['its revocation', 'revoked_at = clock_timestamp()'],
  ])('does not work after %s', async (_what, change) => {
    const user = await signedInAs(http, 'operator');
    await http.app.db.tx({ role: 'engine' }, (tx) =>
      tx.unsafe(`update sessions set ${change} where user_id = '${user.userId}'`),
    );
    expect((await user.send('GET', '/api/v1/auth/me')).status).toBe(401);
  });

  test('slides on with use, but never beyond seven days after the sign-in', async () => {
    const user = await signedInAs(http, 'operator');
    const leftHours = async () => {
      await user.send('GET', '/api/v1/auth/me');
      const [row] = await http.app.db.tx(
        { role: 'engine' },
        (tx) => tx`
        select round(extract(epoch from expires_at - clock_timestamp()) / 3600)::int as hours
        from sessions where user_id = ${user.userId}`,
      );
      return row?.hours;
    };
    const age = (days: number) =>
      http.app.db.tx(
        { role: 'engine' },
        (tx) => tx`
      update sessions set created_at = clock_timestamp() - make_interval(days => ${days}),
        last_seen_at = clock_timestamp() - interval '1 hour', expires_at = clock_timestamp() + interval '1 hour'
      where user_id = ${user.userId}`,
      );
    await age(2);
    expect(await leftHours()).toBe(72);
    await age(6);
    expect(await leftHours()).toBe(24);
  });
});

describe('invitations', () => {
  test('let a provider’s user choose a password once and see only that side', async () => {
    const admin = await signedInAs(http, 'admin');
    const provider = await bareProvider(http);
    const url = `/api/v1/admin/providers/${provider}/users`;
    const invited = await admin.send('POST', url, { email: 'owner@example.com', name: 'Olga Owner' });
    expect(invited.status).toBe(201);
    expect(invited.body.data.user).toMatchObject({
      role: 'provider_owner',
      provider_id: provider,
      status: 'pending',
    });

    const token = tokenOf(invited.body.data.link);
    const accept = (password: string) => http.send('POST', '/api/v1/auth/accept-invite', { token, password });
    expect((await accept('owner@example.com')).body).toMatchObject({ code: 'password_is_email' });
    const accepted = await accept(PASSWORD);
    expect(accepted.body.data.user).toMatchObject({ status: 'active' });
    expect((await accept(PASSWORD)).body).toMatchObject({ code: 'link_not_valid' });

    const cookie = { cookie: cookieOf(accepted.headers) };
    expect((await http.send('GET', '/api/v1/auth/me', undefined, cookie)).body.data.provider_id).toBe(
      provider,
    );
    expect((await http.send('GET', url, undefined, cookie)).status).toBe(403);
    expect((await admin.send('GET', url)).body).toMatchObject({ pagination: { total: 1 } });
  });

  test('go to an address once, and only for a provider that exists', async () => {
    const admin = await signedInAs(http, 'admin');
    const colleague = { email: 'fin@example.com', first_name: 'Fin', last_name: 'Ance', role: 'finance' };
    expect((await admin.send('POST', '/api/v1/admin/users', colleague)).status).toBe(201);
    expect((await admin.send('POST', '/api/v1/admin/users', colleague)).body).toMatchObject({
      code: 'email_taken',
    });
    const numbered = { ...colleague, email: 'two@example.com', last_name: '4nce' };
    expect((await admin.send('POST', '/api/v1/admin/users', numbered)).body).toMatchObject({
      code: 'input_invalid',
      details: [{ field: 'last_name' }],
    });
    const nowhere = '/api/v1/admin/providers/01890000-0000-7000-8000-000000000000/users';
    const lost = await admin.send('POST', nowhere, { email: 'lost@example.com', name: 'Lo St' });
    expect(lost.body).toMatchObject({ code: 'user_provider_not_found' });
  });
});

describe('API keys', () => {
  test('act with the role of their user until they are revoked, and are stored as hashes', async () => {
    const user = await signedInAs(http, 'admin');
    const made = await user.send('POST', '/api/v1/auth/api-keys', { name: 'Reporting' });
    const { key, id, prefix } = made.body.data;
    expect(key).toMatch(/^fl_key_[\w-]{43}$/);
    expect(key.startsWith(prefix)).toBe(true);
    const as = { authorization: `Bearer ${key}` };
    expect((await http.send('GET', '/api/v1/admin/users', undefined, as)).status).toBe(200);
    const listed = await user.send('GET', '/api/v1/auth/api-keys');
    expect(listed.body.data[0].last_used_at).not.toBeNull();
    expect(JSON.stringify(listed.body)).not.toContain(key);
    expect((await http.send('POST', '/api/v1/auth/api-keys', { name: 'More' }, as)).status).toBe(403);

    expect((await user.send('DELETE', `/api/v1/auth/api-keys/${id}`)).status).toBe(200);
    expect((await http.send('GET', '/api/v1/admin/users', undefined, as)).status).toBe(401);
    const again = await user.send('DELETE', `/api/v1/auth/api-keys/${id}`);
    expect(again.body).toMatchObject({ code: 'api_key_not_found' });
  });

  test('with the scope read change nothing', async () => {
    const user = await signedInAs(http, 'admin');
    const made = await user.send('POST', '/api/v1/auth/api-keys', { name: 'Reader', scopes: ['read'] });
    const as = { authorization: `Bearer ${made.body.data.key}` };
    expect((await http.send('GET', '/api/v1/auth/me', undefined, as)).status).toBe(200);
    const write = await http.send('POST', '/api/v1/admin/users', {}, as);
    expect(write.body).toMatchObject({ code: 'scope_missing' });
  });

  test('are at most twenty for a user, also when they are made at once', async () => {
    const user = await signedInAs(http, 'admin');
    const make = () => user.send('POST', '/api/v1/auth/api-keys', { name: 'Key' });
    const answers = await Promise.all(Array.from({ length: 24 }, make));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    const refused = answers.filter(({ status }) => status !== 201).map(({ body }) => body.code);
    expect(new Set(refused)).toEqual(new Set(['api_keys_too_many']));
  });

  test('belong to their user alone', async () => {
    const [one, other] = [await signedInAs(http, 'admin'), await signedInAs(http, 'admin')];
    const made = await one.send('POST', '/api/v1/auth/api-keys', { name: 'Mine' });
    const foreign = await other.send('DELETE', `/api/v1/auth/api-keys/${made.body.data.id}`);
    expect(foreign.body).toMatchObject({ code: 'api_key_not_found' });
  });
});

test.each([
  'Basic abc',
  'Bearer',
  'Bearer x',
  `Bearer fl_key_${'é'.repeat(43)}`,
  `Bearer ${'a'.repeat(5_000)}`,
])('the header %j is not a way in and no fault of ours', async (authorization) => {
  const answer = await http.send('GET', '/api/v1/auth/me', undefined, { authorization });
  expect(answer.status).toBe(401);
});

test('links that nobody sent do not keep people from signing in', async () => {
  const password = 'a long enough one';
  const made = (n: number) => `fl_lnk_${String(n).padStart(43, 'A')}`;
  const answers = await Promise.all(
    Array.from({ length: 250 }, (_, n) =>
      http.send('POST', '/api/v1/auth/accept-invite', { token: made(n), password }),
    ),
  );
  // With a password hashed for each, the line of those who wait would be full.
  expect([...new Set(answers.map(({ body }) => body.code))]).toEqual(['link_not_valid']);
});
