import { z } from 'zod';
import { auditActorOf, OPERATORS, STAFF } from '../../access/index.ts';
import { camelKeys } from '../../kernel/names.ts';
import { pagination } from '../../kernel/page.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, page, pageOf, pageQuery, type Server } from '../../platform/http.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import { defaultCampaign } from '../campaigns/index.ts';
import { formRevision, idParams, noteText } from '../schema.ts';
import { createNiche } from './create-niche.ts';
import { createFormSchema, editFormSchema } from './edit-form.ts';
import { archiveNiche, editNiche } from './edit-niche.ts';
import { refusals } from './errors.ts';
import { retiredBy } from './field-mapping.ts';
import { formSchema } from './form-schema.ts';
import { levelRoutes } from './level-routes.ts';
import type { Niche } from './niche.ts';
import * as shape from './schema.ts';
import {
  activeForm,
  type FormVersion,
  formsOf,
  levelsOf,
  listNiches,
  readMappings,
  readNiche,
} from './store.ts';
import { formView, levelView, nicheView } from './view.ts';

const tags = ['Niches'];
const url = '/api/v1/admin/niches';

export function catalogRoutes(server: Server, app: App): void {
  nicheReads(server, app);
  nicheEdits(server, app);
  formReads(server, app);
  formEdits(server, app);
  publicRoutes(server, app);
  levelRoutes(server, app);
}

function nicheReads(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Niches by name',
      querystring: pageQuery.extend(shape.nicheQuery.shape),
      response: { 200: pageOf(shape.nicheView) },
    },
    handler: async ({ query }) => {
      const at = { page: query.page, limit: query.limit, offset: (query.page - 1) * query.limit };
      const filter = {
        archived: query.archived === 'true',
        activeOnly: false,
        search: query.search ?? null,
      };
      const { rows, counted } = await app.db.tx({ role: 'operator' }, (tx) => listNiches(tx, filter, at));
      return page(rows.map(nicheView), pagination(at, counted));
    },
  });
  server.route({
    method: 'GET',
    url: `${url}/:id`,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'One niche with its levels',
      params: idParams,
      response: { 200: dataOf(shape.nicheAnswer) },
    },
    handler: async ({ params }) => {
      const found = await app.db.tx({ role: 'operator' }, async (tx) => {
        const niche = await readNiche(tx, params.id);
        return niche && { niche, levels: await levelsOf(tx, niche.id) };
      });
      if (!found) throw refusals.niche_not_found();
      return ok(nicheAnswer(found));
    },
  });
}

function nicheEdits(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary:
        'Create a niche with its levels, default campaign and first form; the rest comes from the preset',
      body: shape.newNiche,
      response: { 201: dataOf(shape.nicheAnswer) },
    },
    handler: async (request, reply) => {
      const { levels, ...niche } = request.body;
      const input = { ...camelKeys(niche), levels: levels.map((level) => camelKeys(level)) };
      return reply.code(201).send(ok(nicheAnswer(await createNiche(app, input, auditActorOf(request)))));
    },
  });
  server.route({
    method: 'PATCH',
    url: `${url}/:id`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Change a niche or its rules; they hold from the next decision on',
      headers: versionHeaders,
      params: idParams,
      body: shape.nicheEdit,
      response: { 200: dataOf(shape.nicheView) },
    },
    handler: async (request) => {
      const { version: _, ...edit } = request.body;
      const expected = versionOf(request.headers, request.body);
      const input = { id: request.params.id, expected, edit: camelKeys(edit) };
      return ok(nicheView(await editNiche(app, input, auditActorOf(request))));
    },
  });
  server.route({
    method: 'DELETE',
    url: `${url}/:id`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Archive a niche; nothing is deleted',
      params: idParams,
      response: { 200: dataOf(shape.nicheView) },
    },
    handler: async (request) =>
      ok(nicheView(await archiveNiche(app, request.params.id, auditActorOf(request)))),
  });
}

const newForm = z.strictObject({
  fields: formSchema.shape.fields,
  change_summary: noteText(500).default(''),
});
const formEdit = z
  .strictObject({
    fields: formSchema.shape.fields,
    change_summary: noteText(500),
    revision: formRevision,
  })
  .partial();

function formReads(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: `${url}/:id/schema`,
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'The versions of a niche’s form, newest first',
      params: idParams,
      response: { 200: dataOf(z.array(shape.formView)) },
    },
    handler: async ({ params }) => {
      const { forms, retired } = await app.db.tx({ role: 'operator' }, async (tx) => {
        if (!(await readNiche(tx, params.id))) throw refusals.niche_not_found();
        const mappings = await readMappings(tx, params.id);
        return { forms: await formsOf(tx, params.id), retired: new Set(retiredBy(mappings)) };
      });
      const inUse = new Set(forms.find(({ active }) => active)?.fields.map(({ id }) => id));
      const askedAgain = ({ fields }: FormVersion) =>
        fields.map(({ id }) => id).filter((id) => retired.has(id) && !inUse.has(id));
      return ok(forms.map((form) => formView(form, askedAgain(form))));
    },
  });
}

function formEdits(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url: `${url}/:id/schema`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Create a new version of the form, not yet in use',
      params: idParams,
      body: newForm,
      response: { 201: dataOf(shape.formAnswer) },
    },
    handler: async (request, reply) => {
      const { fields, change_summary: changeSummary } = request.body;
      const input = { nicheId: request.params.id, fields, changeSummary };
      const form = await createFormSchema(app, input, auditActorOf(request));
      return reply.code(201).send(ok({ form: formView(form), warnings: [] }));
    },
  });
  server.route({
    method: 'PATCH',
    url: `${url}/:id/schema/:version`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Change a version of the form that was never in use',
      params: shape.formParams,
      body: formEdit,
      response: { 200: dataOf(shape.formAnswer) },
    },
    handler: async (request) => {
      const { id, version } = request.params;
      const input = { nicheId: id, schemaVersion: version, ...camelKeys(request.body) };
      const form = await editFormSchema(app, input, auditActorOf(request));
      return ok({ form: formView(form), warnings: [] });
    },
  });
}

/** What everybody may ask: which niches there are, and the form of one with the words people agree to. */
function publicRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/niches',
    config: { access: 'public' },
    schema: {
      tags,
      summary: 'The niches that take leads',
      querystring: pageQuery,
      response: { 200: pageOf(shape.publicNiche) },
    },
    handler: async ({ query }) => {
      const at = { page: query.page, limit: query.limit, offset: (query.page - 1) * query.limit };
      const filter = { archived: false, activeOnly: true, search: null };
      const { rows, counted } = await app.db.tx({ role: 'engine' }, (tx) => listNiches(tx, filter, at));
      return page(rows.map(publicNiche), pagination(at, counted));
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/niches/:slug/schema',
    config: { access: 'public' },
    schema: {
      tags,
      summary: 'The form of a niche, the consent text and how many companies are told',
      params: z.object({ slug: z.string().max(60) }),
      response: { 200: dataOf(shape.publicForm) },
    },
    handler: async ({ params }) => {
      const found = await app.db.tx({ role: 'engine' }, async (tx) => {
        const niche = await readNiche(tx, params.slug);
        if (!niche?.active || niche.archivedAt !== null) return null;
        const [form, campaign] = await Promise.all([activeForm(tx, niche.id), defaultCampaign(tx, niche.id)]);
        return form && campaign && { niche, form, campaign };
      });
      if (!found) throw refusals.niche_not_found();
      const { niche, form, campaign } = found;
      return ok({
        niche: publicNiche(niche),
        schema_version: form.schemaVersion,
        fields: form.fields,
        consent: {
          campaign_id: campaign.id,
          text: campaign.consentText,
          version: campaign.consentVersion,
          recipients_told: campaign.recipientsTold,
        },
      });
    },
  });
}

const publicNiche = ({ name, slug, description, isLocationBased }: Niche) => ({
  name,
  slug,
  description,
  is_location_based: isLocationBased,
});

function nicheAnswer(saved: {
  niche: Niche;
  levels: Parameters<typeof levelView>[0][];
  warnings?: string[];
}) {
  return {
    niche: nicheView(saved.niche),
    levels: saved.levels.map((level) => levelView(level, saved.niche.currency)),
    warnings: saved.warnings ?? [],
  };
}
