import type { z } from 'zod';
import { auditActorOf, OPERATORS } from '../../access/index.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, type Server } from '../../platform/http.ts';
import { formAnswer, formParams, formView } from '../catalog/index.ts';
import { activateFormSchema, type CarriedNames, previewActivation } from './activate-form.ts';
import * as shape from './schema.ts';

type Body = z.infer<typeof shape.formActivation>;

/** A version of the form is put in use together with the filters that ask its fields. */
export function formActivationRoutes(server: Server, app: App): void {
  const tags = ['Niches'];
  const url = '/api/v1/admin/niches/:id/schema/:version';
  server.route({
    method: 'POST',
    url: `${url}/activate`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'Put a version of the form in use; filters are carried over by field_mappings',
      params: formParams,
      body: shape.formActivation,
      response: { 200: dataOf(formAnswer.extend(shape.carriedTerms.shape)) },
    },
    handler: async (request) => {
      const input = activation(request.params, request.body);
      const { form, carried } = await activateFormSchema(app, input, auditActorOf(request));
      return ok({ form: formView(form), warnings: carried.left.map(sayLeft), ...carriedView(carried) });
    },
  });
  server.route({
    method: 'POST',
    url: `${url}/preview-activation`,
    config: { access: OPERATORS },
    schema: {
      tags,
      summary: 'What activating a version of the form would do to filters; changes nothing',
      params: formParams,
      body: shape.formActivation,
      response: { 200: dataOf(shape.carriedTerms) },
    },
    handler: async (request) =>
      ok(carriedView(await previewActivation(app, activation(request.params, request.body)))),
  });
}

const activation = ({ id, version }: { id: string; version: number }, body: Body) => ({
  nicheId: id,
  schemaVersion: version,
  mappings: body?.field_mappings ?? [],
  fromVersion: body?.from_version,
  revision: body?.revision,
});

const carriedView = ({ changed, movedCount, moved, leftCount, left }: CarriedNames) => ({
  changed,
  moved_count: movedCount,
  moved: moved.map((one) => ({ ...whose(one), what: one.what, from: one.from, to: one.to })),
  left_count: leftCount,
  left: left.map((one) => ({
    ...whose(one),
    what: one.what,
    field: one.field,
    why: one.why,
    effect: one.effect,
  })),
});

const whose = (one: CarriedNames['left'][number] | CarriedNames['moved'][number]) => ({
  subscription_id: one.subscriptionId,
  provider_id: one.providerId,
  provider_name: one.provider,
  level_name: one.level,
});

const WHAT = { filter: 'filter', required_field: 'required field', endpoint_field: 'endpoint field' };

const sayLeft = ({ what, field, provider, level, why }: CarriedNames['left'][number]): string =>
  `The ${WHAT[what]} on "${field}" of ${provider}, ${level} stays as it is: ${why}`;
