import { defineCheck } from '../check.ts';

export const readsItsPort = defineCheck({
  id: 'CC-46',
  stage: 'serving',
  level: 'error',
  title: 'An image that says so reads SAGEMAKER_BIND_TO_PORT',
  silent: ({ claimsBindToPort, answersOn }) =>
    !claimsBindToPort ? 'it does not say so' : answersOn === undefined ? 'it answered on no port' : undefined,
  look: ({ answersOn, port }) =>
    answersOn !== undefined && answersOn !== port
      ? [{ what: `SAGEMAKER_BIND_TO_PORT was ${port}, and it listens on ${answersOn}`, fix: 'read the variable, or take the label back' }]
      : [],
});
