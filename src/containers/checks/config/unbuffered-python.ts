import { baseNameLabel, environmentOf } from '../../image.ts';
import { defineCheck } from '../check.ts';

/** A base that is Python says so by its name, which we keep, or by the variable the official ones set. */
export const unbufferedPython = defineCheck({
  id: 'CC-22',
  stage: 'config',
  level: 'advice',
  title: 'Python writes its log unbuffered',
  look({ config }) {
    const environment = environmentOf(config);
    const isPython = /(^|\/)python[:@]/.test(`${config.Labels[baseNameLabel] ?? ''}:`) || environment['PYTHON_VERSION'] !== undefined;
    return isPython && !environment['PYTHONUNBUFFERED']
      ? [{ what: 'Python buffers its output: the last lines before a crash are lost', fix: 'add ENV PYTHONUNBUFFERED=1' }]
      : [];
  },
});
