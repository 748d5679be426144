export interface InvokeRequest {
  readonly contentType: string;
  readonly accept?: string;
  readonly body: string | Uint8Array;
}

export interface InvokeAnswer {
  /** What the caller sees: 200, or the container's own status where it failed. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** The variant that answered; unset where SageMaker refused before reaching one. */
  readonly variantName?: string;
}

/** Requests to an endpoint's models. */
export interface Invocations {
  /** Sends one request to one variant, whatever its weight. */
  invoke(endpointName: string, variantName: string, request: InvokeRequest): Promise<InvokeAnswer>;
}
