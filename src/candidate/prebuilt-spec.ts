import * as z from 'zod/mini';

/** The frameworks AWS publishes images of, in the SageMaker Python SDK's words. */
export const prebuiltFrameworks = [
  'tensorflow',
  'pytorch',
  'mxnet',
  'chainer',
  'sklearn',
  'sparkml-serving',
  'xgboost',
  'huggingface',
  'huggingface-llm',
] as const;

/** YAML reads 2.10 as the number 2.1: a version is text, or it is another one. */
const versionExpected = "Expected a version in quotes, such as '2.10'";

/** An image of AWS's own. Region, instance type and what it is for come from the delivery. */
export const PrebuiltSpec = z
  .strictObject({
    framework: z.enum(prebuiltFrameworks),
    /** A version, or its beginning where AWS keeps a tag of that name. */
    version: z.string(versionExpected).check(z.regex(/^[\w.-]{1,64}$/, versionExpected)),
    /** Unset: the only one there is. */
    python: z.optional(z.string().check(z.regex(/^py\d+$/, 'Expected a Python version such as py310'))),
    /** What transformers runs on. Hugging Face alone. */
    baseFramework: z.optional(
      z.string().check(z.regex(/^(pytorch|tensorflow)\d[\w.]*$/, 'Expected pytorch or tensorflow with its version, such as pytorch2.1.0')),
    ),
  })
  .check(
    z.refine((spec) => spec.framework !== 'huggingface' || spec.baseFramework !== undefined, {
      error: 'Expected the framework transformers runs on, such as pytorch2.1.0',
      path: ['baseFramework'],
    }),
  )
  .check(
    z.refine((spec) => spec.framework === 'huggingface' || spec.baseFramework === undefined, {
      error: 'Expected none: only images of huggingface have a base framework',
      path: ['baseFramework'],
    }),
  );
export type PrebuiltSpec = z.output<typeof PrebuiltSpec>;
