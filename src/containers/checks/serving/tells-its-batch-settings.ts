import { defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';
import { told } from './words.ts';

const keys = ['MaxConcurrentTransforms', 'BatchStrategy', 'MaxPayloadInMB'];

export const tellsItsBatchSettings = defineCheck({
  id: 'CC-54',
  stage: 'serving',
  level: 'warning',
  title: 'GET /execution-parameters is answered with 404, or with its three settings as JSON',
  silent: silentUntilReady,
  look({ executionParameters: answer }) {
    if (!answer || answer.status === 404 || (answer.status === 200 && isSettings(answer.text))) return [];
    return [
      {
        what: `GET /execution-parameters came to ${told(answer)}: "${answer.text.slice(0, 60)}"`,
        fix: `answer 404, or JSON with ${keys.join(', ')}`,
      },
    ];
  },
});

function isSettings(text: string): boolean {
  try {
    const settings: unknown = JSON.parse(text);
    return typeof settings === 'object' && settings !== null && keys.every((key) => key in settings);
  } catch {
    return false;
  }
}
