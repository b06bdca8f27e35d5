export * from './breaker.ts';
export * from './classify.ts';
export * from './encode.ts';
export * from './formats.ts';
export * from './payload.ts';
export * from './response-rules.ts';
export * from './retry-schedule.ts';
export * from './sign.ts';
