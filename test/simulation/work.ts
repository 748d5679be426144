/** What a worker answers an order with. */
export type Report<Told> = { readonly told: Told } | { readonly broke: string };

/** Takes the orders a crew sends to this process, one after the other. */
export function work<Told>(play: (order: never) => Promise<Told>): void {
  process.on('message', (order: unknown) => {
    const send = (report: Report<Told>) => process.send?.(report);
    // Whoever hires a crew for a program sends it that program's orders.
    play(order as never).then(
      (told) => send({ told }),
      (error: unknown) => send({ broke: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
