import * as z from 'zod/mini';

/** Words a person writes in a delivery, each with the rule AWS has for it. */

export const InstanceType = z.string().check(z.regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'Expected a SageMaker instance type, such as ml.m5.large'));
export const Text = z.string().check(z.minLength(1), z.maxLength(1024));
/** What is sent as an HTTP header, such as a media type. */
export const HeaderText = z.string().check(z.maxLength(1024), z.regex(/^[\x20-\x7E]+$/, 'Expected printable ASCII on one line, such as text/csv'));
/** Variables of a container. @param longest characters of a name and of a value */
export const environmentOf = (longest: number) =>
  z
    .record(
      z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Expected letters, digits and underscores, no digit first'), z.maxLength(longest)),
      z.string().check(z.maxLength(longest)),
    )
    .check(z.refine((variables) => Object.keys(variables).length <= 100, 'Expected 100 or fewer'));
/** Of a container that serves; SageMaker takes less for one that trains. */
export const Environment = environmentOf(1024);
/** `{bucket}` is the service's own model bucket. */
export const S3Uri = z.string().check(z.regex(/^s3:\/\/[^/]+\/.*/, 'Expected s3://bucket/prefix'));
/** An image by digest or tag, in any registry of ECR's. */
export const ImageUri = z
  .string()
  .check(
    z.maxLength(255),
    z.regex(
      /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.[^/]+\/[a-z0-9][a-z0-9._/-]*(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/,
      'Expected <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag> or @sha256:…',
    ),
  );
