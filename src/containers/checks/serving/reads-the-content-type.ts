import { type Complaint, defineCheck } from '../check.ts';
import { silentUntilReady } from './seen.ts';
import { told } from './words.ts';

export const readsTheContentType = defineCheck({
  id: 'CC-43',
  stage: 'serving',
  level: 'warning',
  title: 'Content-Type is read as a media type: parameters do no harm, an unknown one is a 4xx',
  silent: (seen) =>
    silentUntilReady(seen) ??
    ((seen.sample?.status ?? 0) >= 500 || seen.sample?.status === 0
      ? 'the sample request was not answered: give one the model knows with --body and --content-type'
      : undefined),
  look({ sample, withParameters, withoutType, unknownType, contentType }) {
    const complaints: Complaint[] = [];
    const fix = 'parse the media type without its parameters, and answer 415 for what you do not know';
    if (withParameters && sample && sample.status !== withParameters.status && (withParameters.status >= 400 || withParameters.status === 0))
      complaints.push({ what: `"${contentType}" came to ${told(sample)}, "${contentType}; charset=utf-8" to ${told(withParameters)}`, fix });
    if (unknownType && (unknownType.status >= 500 || unknownType.status === 0))
      complaints.push({ what: `an unknown Content-Type came to ${told(unknownType)}`, fix });
    if (withoutType && (withoutType.status >= 500 || withoutType.status === 0))
      complaints.push({ what: `no Content-Type came to ${told(withoutType)}`, fix });
    return complaints;
  },
});
