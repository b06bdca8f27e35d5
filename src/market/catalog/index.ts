export { bumpConfig } from '../store.ts';
export { createLevel, type SavedLevel } from './create-level.ts';
export { type CreatedNiche, createNiche, FIRST_FORM, userOf } from './create-niche.ts';
export { createFormSchema, editFormSchema, wantedForm } from './edit-form.ts';
export { archiveLevel, editLevel, reorderLevels } from './edit-level.ts';
export { archiveNiche, editNiche, nicheForEdit } from './edit-niche.ts';
export { refusals as levelRefusals } from './errors.ts';
export {
  type AnswerMove,
  carriedField,
  type FieldMapping,
  mappingProblems,
  movesOf,
  retiredBy,
} from './field-mapping.ts';
export {
  type Address,
  ANSWER_KEYS_MAX,
  type AnswerProblem,
  type Answers,
  type Contact,
  type FieldType,
  type FormField,
  type FormSchema,
  formSchema,
  type Phone,
  readPhone,
  type Validated,
  type ValidateOptions,
  validateAnswers,
} from './form.ts';
export { FIELD_PARTS, namesNobody } from './form-schema.ts';
export { readPrice } from './level-terms.ts';
export type { Level, Niche, Preset } from './niche.ts';
export { type PresetValues, presets } from './presets.ts';
export { takeOverPrices } from './price-notice.ts';
export { catalogRoutes } from './routes.ts';
export { formAnswer, formParams, levelEdit, nicheEdit } from './schema.ts';
export {
  activateForm,
  activeForm,
  type FormVersion,
  formAt,
  insertMappings,
  levelsOf,
  readLevel,
  readMappings,
  readNiche,
} from './store.ts';
export { formView } from './view.ts';
