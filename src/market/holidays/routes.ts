import { z } from 'zod';
import { actorOf, auditActorOf, OPERATORS, SIGNED_IN, STAFF } from '../../access/index.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, type Server } from '../../platform/http.ts';
import { decodeUtf8 } from '../../platform/json-guard.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import type { Calendar } from './calendar.ts';
import { refusals } from './errors.ts';
import { holidaysCsv, readHolidaysCsv } from './holiday-csv.ts';
import { comingHolidays } from './pin-holidays.ts';
import { saveCalendar } from './save-calendar.ts';
import * as shape from './schema.ts';
import { listCalendars, readCalendar } from './store.ts';

const tags = ['Holidays'];
const URL = '/api/v1/holidays';
const ADMIN_URL = '/api/v1/admin/holidays/:country';
const CSV_URL = `${ADMIN_URL}/days.csv`;
/** 200 days are far smaller. */
const FILE_BYTES_MAX = 64 * 1_024;

export function holidayRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: URL,
    config: { access: SIGNED_IN },
    schema: {
      tags,
      summary: 'The countries whose public holidays are known',
      response: { 200: dataOf(z.array(shape.calendarHead)) },
    },
    handler: async (request) => {
      const calendars = await app.db.tx(actorOf(request), listCalendars, { readOnly: true });
      return ok(calendars.map(head));
    },
  });
  server.route({
    method: 'GET',
    url: `${URL}/:country`,
    config: { access: SIGNED_IN },
    schema: {
      tags,
      summary: 'On which days the next public holidays of a country or region fall',
      params: shape.calendarParams,
      querystring: shape.comingQuery,
      response: { 200: dataOf(shape.comingView) },
    },
    handler: async (request) => {
      const { region = null, from = new Date().toISOString().slice(0, 10), limit } = request.query;
      const choice = { country: request.params.country, region };
      const holidays = await app.db.tx(actorOf(request), (tx) => comingHolidays(tx, choice, from, limit), {
        readOnly: true,
      });
      return ok({ ...choice, holidays });
    },
  });
  editRoutes(server, app);
  server.route({
    method: 'GET',
    url: CSV_URL,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'The calendar of a country as a CSV file',
      params: shape.calendarParams,
      response: { 200: z.string() },
    },
    handler: async (request, reply) => {
      const { country, days } = await calendarOf(app, request.params.country);
      return reply
        .serializer(String)
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="holidays-${country}.csv"`)
        .send(holidaysCsv(days));
    },
  });
  // Only here a body may be CSV: everywhere else it stays an unknown type of content.
  server.register(async (scope) => {
    scope.addContentTypeParser(
      'text/csv',
      { parseAs: 'buffer', bodyLimit: FILE_BYTES_MAX },
      async (_request: unknown, body: Buffer) => decodeUtf8(body),
    );
    importRoute(scope as unknown as Server, app);
  });
}

function editRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: ADMIN_URL,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'The calendar of a country with its rules',
      params: shape.calendarParams,
      response: { 200: dataOf(shape.calendarView) },
    },
    handler: async (request) => ok(view(await calendarOf(app, request.params.country))),
  });
  server.route({
    method: 'PUT',
    url: ADMIN_URL,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Replace the days of a calendar, or make one for a further country',
      description: 'Holds from the next decision on, in every niche with a subscription that goes by it.',
      headers: versionHeaders,
      params: shape.calendarParams,
      body: shape.calendarEdit,
      response: { 200: dataOf(shape.calendarView) },
    },
    handler: async (request) => {
      const { days, regions } = request.body;
      const expected = () => versionOf(request.headers, request.body);
      const input = { country: request.params.country, expected, days, regions };
      return ok(view(await saveCalendar(app, input, auditActorOf(request))));
    },
  });
}

function importRoute(server: Server, app: App): void {
  server.route({
    method: 'PUT',
    url: CSV_URL,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Replace the days of a calendar by a CSV file',
      headers: versionHeaders,
      params: shape.calendarParams,
      body: z.string(),
      response: { 200: dataOf(shape.calendarView) },
    },
    handler: async (request) => {
      const days = readHolidaysCsv(request.body);
      const input = { country: request.params.country, expected: () => versionOf(request.headers), days };
      return ok(view(await saveCalendar(app, input, auditActorOf(request))));
    },
  });
}

/** @throws Refusal 404 holiday_calendar_not_found */
async function calendarOf(app: App, country: string): Promise<Calendar> {
  const calendar = await app.db.tx({ role: 'operator' }, (tx) => readCalendar(tx, country), {
    readOnly: true,
  });
  if (!calendar) throw refusals.holiday_calendar_not_found();
  return calendar;
}

const head = ({ country, regions, days, version, updatedAt }: Calendar): shape.CalendarHead => ({
  country,
  regions: Object.entries(regions)
    .map(([code, name]) => ({ code, name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1)),
  days_count: days.length,
  version,
  updated_at: updatedAt.toISOString(),
});

const view = (calendar: Calendar): shape.CalendarView => ({
  ...head(calendar),
  days: calendar.days.map(({ name, rule, observed = false, regions = [] }) => ({
    name,
    rule,
    observed,
    regions: [...regions].sort(),
  })),
});
