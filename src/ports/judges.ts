/** What came of asking somebody outside for a verdict. Whatever goes wrong on their side is an answer, not an error. */
export type Heard =
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'too-large' }
  /** It was not asked: its address is none that may be asked. */
  | { readonly kind: 'address-refused'; readonly text: string }
  /** It failed, in its own words or in ours. */
  | { readonly kind: 'failed'; readonly text: string };

/** How long a verdict may take, milliseconds, and how long it may be, bytes. */
export interface Patience {
  readonly timeoutMs: number;
  readonly mostBytes: number;
}

/** The user's own Lambda functions. */
export interface Functions {
  /** Asks once. Throws where AWS did not let us ask: there is no such function, or no permission. */
  ask(functionName: string, payload: string, patience: Patience): Promise<Heard>;
}

/** The user's own HTTPS services. */
export interface Webhooks {
  /** Posts once, signed with a secret of that name, and follows no redirect. Throws where the secret cannot be read. */
  ask(url: string, secret: string, body: string, patience: Patience): Promise<Heard>;
}
