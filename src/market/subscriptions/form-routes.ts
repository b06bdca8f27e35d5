import { auditActorOf, OPERATORS } from '../../access/index.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, type Server } from '../../platform/http.ts';
import { formAnswer, formParams, formView } from '../catalog/index.ts';
import { activateFormSchema, previewActivation } from './activate-form.ts';
import type { Left } from './carry-terms.ts';
import * as shape from './schema.ts';

/** A version of the form is put in use together with the filters that ask its fields. */
export function formActivationRoutes(server: Server, app: App): void {
  const tags = ['Niches'];
  const url = '/api/v1/admin/niches/:id/schema/:version';
  const leftOf = ({ subscriptionId, providerId, what, field, why }: Left) => ({
    subscription_id: subscriptionId,
    provider_id: providerId,
    what,
    field,
    why,
  });
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
      const { id: nicheId, version: schemaVersion } = request.params;
      const input = { nicheId, schemaVersion, mappings: request.body?.field_mappings ?? [] };
      const { form, changed, left } = await activateFormSchema(app, input, auditActorOf(request));
      return ok({ form: formView(form), warnings: left.map(sayLeft), changed, left: left.map(leftOf) });
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
    handler: async (request) => {
      const { id: nicheId, version: schemaVersion } = request.params;
      const input = { nicheId, schemaVersion, mappings: request.body?.field_mappings ?? [] };
      const { changed, left } = await previewActivation(app, input);
      return ok({ changed: changed.length, left: left.map(leftOf) });
    },
  });
}

const sayLeft = ({ what, field, subscriptionId, why }: Left): string =>
  `The ${what === 'filter' ? 'filter' : 'required field'} on "${field}" of subscription ${subscriptionId} stays as it is: ${why}`;
