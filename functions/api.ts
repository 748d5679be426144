import * as z from 'zod/mini';
import { answer, Request } from '../src/app/api.ts';
import { urlLambda } from '../src/app/handler.ts';
import { clock, deliveries, executions, images, notices, packages, rollouts } from '../src/app/wire.ts';

/** A function URL's event with AWS_IAM: the caller is who signed it. */
const Input = z.looseObject({
  requestContext: z.looseObject({ authorizer: z.looseObject({ iam: z.looseObject({ userArn: z.string() }) }) }),
  body: z.optional(z.string()),
  isBase64Encoded: z.optional(z.boolean()),
});

const json = (statusCode: number, body: unknown) => ({ statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

export const handler = urlLambda({
  Input,
  ports: { rollouts, deliveries, executions, images, packages, notices, clock },
  run: async (event, ports) => {
    try {
      const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
      const request = z.safeParse(Request, JSON.parse(text));
      if (!request.success)
        return json(400, {
          error: 'BadRequest',
          message: request.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
        });
      return json(200, await answer(request.data, event.requestContext.authorizer.iam.userArn, ports));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof SyntaxError) return json(400, { error: 'BadRequest', message: `the body is no JSON: ${error.message}` });
      if (error.name === 'BadRequest') return json(400, { error: error.name, message: error.message });
      if (error.name === 'NotFound') return json(404, { error: error.name, message: error.message });
      if (error.name === 'StaleRollout' || error.name === 'Throttled') return json(409, { error: error.name, message: error.message });
      throw error;
    }
  },
});
