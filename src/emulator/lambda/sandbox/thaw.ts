/**
 * Lambda freezes an environment between invocations: what falls due meanwhile happens when it is thawed. Ended
 * environments do nothing any more.
 */
export class Freezer {
  #state: 'frozen' | 'running' | 'ended' = 'running';
  #held: (() => void)[] = [];

  /** Runs `work` now, at the next thaw, or never. */
  run(work: () => void): void {
    if (this.#state === 'running') work();
    else if (this.#state === 'frozen') this.#held.push(work);
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  freeze(): void {
    if (this.#state === 'running') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    const held = this.#held;
    this.#held = [];
    for (const work of held) work();
  }

  end(): void {
    this.#state = 'ended';
    this.#held = [];
  }
}
