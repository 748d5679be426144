import { defineCheck } from '../check.ts';

export const usesLivingToolkits = defineCheck({
  id: 'CC-75',
  stage: 'files',
  level: 'advice',
  title: 'The image does not hold the deprecated library sagemaker-containers',
  look({ files }) {
    const fix = 'use sagemaker-training-toolkit and sagemaker-inference-toolkit';
    const what = 'sagemaker-containers is deprecated since 2020';
    const installed = [...files].find(([path]) => /\/(site|dist)-packages\/sagemaker_containers\//.test(path));
    if (installed) return [{ where: installed[1].source, what, fix }];
    return [...files]
      .filter(([path, { bytes }]) => /requirements[^/]*\.txt$/.test(path) && /^sagemaker[-_]containers\b/im.test(new TextDecoder().decode(bytes)))
      .map(([, { source }]) => ({ where: source, what, fix }));
  },
});
