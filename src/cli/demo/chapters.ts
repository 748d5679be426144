/** One version of the model on its way: what is pushed, and how the story says it ends. */
export interface Chapter {
  readonly tag: string;
  /** What somebody changed in the image: folders laid over it. */
  readonly changes: readonly string[];
  readonly text: string;
  /** Why the person who is asked says yes; unset where the story comes to no question. */
  readonly approval?: string;
  readonly expected: { readonly outcome: string; readonly reason: string };
}
