import { defineCheck } from '../check.ts';

export const readsItsPort = defineCheck({
  id: 'CC-46',
  stage: 'serving',
  level: 'error',
  title: 'An image that says so reads SAGEMAKER_BIND_TO_PORT',
  silent({ claimsBindToPort, answersOn, engine, answersOnOtherPort }) {
    if (!claimsBindToPort) return 'it does not say so';
    if (answersOn === undefined) return 'it answered on no port';
    return engine === 'docker' && answersOnOtherPort === undefined ? 'it was not started on another port' : undefined;
  },
  look({ answersOn, port, answersOnOtherPort }) {
    const fix = 'read the variable, or take the label back';
    if (answersOnOtherPort === false) return [{ what: 'told another port in SAGEMAKER_BIND_TO_PORT it did not answer there', fix }];
    return answersOn !== undefined && answersOn !== port ? [{ what: `SAGEMAKER_BIND_TO_PORT was ${port}, and it listens on ${answersOn}`, fix }] : [];
  },
});
