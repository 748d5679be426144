import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';
import { told } from './words.ts';

export const isReadyWhenItSaysSo = defineCheck({
  id: 'CC-35',
  stage: 'serving',
  level: 'warning',
  title: '/ping says 200 once the model answers, not before',
  silent: silentUntilReady,
  look({ first, sample }) {
    if (!first || !sample || first.status < 500 || (sample.status >= 500 && sample.status !== 503)) return [];
    const later = sample.status === 503 ? 'and still did later' : `and later with ${sample.status}`;
    return [
      { what: `/ping said 200 while POST /invocations answered ${told(first)}, ${later}`, fix: 'answer /ping with 503 until the model is loaded' },
    ];
  },
});
