/** An HTTP request as the wire layer takes it, whichever transport it came by. */
export interface WireRequest {
  readonly method: string;
  /** Without query, still percent-encoded. */
  readonly path: string;
  /** Decoded names and values; a name without value has the empty text. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. `content-length` is the transport's affair, unless it speaks of a body that isn't sent (HEAD). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

// Made once: a decoder takes longer to make than most messages take to decode.
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const noBytes = new Uint8Array(0);
export const bytesOf = (text: string): Uint8Array => encoder.encode(text);
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);
