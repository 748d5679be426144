/** Telling people and other systems. Neither can hold up a rollout: the adapter never throws. */
export interface Notice {
  readonly rolloutId: string;
  readonly delivery: string;
  readonly phase: string;
  readonly outcome?: string;
  readonly reason?: string;
  /** A person must look now. */
  readonly page: boolean;
  readonly text: string;
}

export interface Notices {
  /** @returns whether people were told: whoever pages asks again where they were not */
  tell(notice: Notice): Promise<boolean>;
}
