/** Properties as the text attributes of SNS and SQS: objects as JSON, numbers and booleans as text. */
export const texts = (properties: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]));
