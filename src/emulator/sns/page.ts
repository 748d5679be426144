/** SNS lists a hundred at a time. The token is where the next page begins. */
export function pageOf<Thing>(
  things: readonly Thing[],
  token: string | undefined,
): { readonly page: Thing[]; readonly next: { NextToken?: string } } {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString()) || 0;
  const to = from + 100;
  return {
    page: things.slice(from, to),
    next: to < things.length ? { NextToken: Buffer.from(String(to)).toString('base64') } : {},
  };
}
