/** Both clocks, read at one moment; milliseconds each. */
interface Reading {
  readonly emulatorMs: number;
  readonly wallMs: number;
}

/** Readings of both clocks as they passed, so that what happened at a moment of emulator time can be told in wall time. */
export class WallTimes {
  readonly #readings: Reading[] = [];

  /** Keeps a reading of both clocks; later than those before. */
  read(emulatorMs: number, wallMs: number): void {
    this.#readings.push({ emulatorMs, wallMs });
  }

  /**
   * Wall milliseconds between two moments of emulator time, epoch milliseconds: each placed between the readings around it.
   *
   * @returns undefined where a moment is not between two readings
   */
  between(fromMs: number, toMs: number): number | undefined {
    const from = this.#wallAt(fromMs);
    const to = this.#wallAt(toMs);
    return from === undefined || to === undefined ? undefined : Math.round(to - from);
  }

  #wallAt(emulatorMs: number): number | undefined {
    const index = this.#readings.findIndex((reading) => reading.emulatorMs >= emulatorMs);
    const after = this.#readings[index];
    if (after?.emulatorMs === emulatorMs) return after.wallMs;
    const before = this.#readings[index - 1];
    if (!before || !after) return undefined;
    const share = (emulatorMs - before.emulatorMs) / (after.emulatorMs - before.emulatorMs);
    return before.wallMs + share * (after.wallMs - before.wallMs);
  }
}
