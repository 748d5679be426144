import { type Builder, ImageNotBuilt } from './builder.ts';
import { packingBuilder } from './packing-builder.ts';

/**
 * Packs what can be packed, and leaves the rest to another builder. A packed image holds no base: Docker puts it on its base when it
 * is run, so where both could build it, the packed one runs everywhere and the other needs all of its layers unpacked.
 */
export const packingElse = (other: Builder): Builder => ({
  async build(input, onLine, over) {
    const lines: string[] = [];
    try {
      const image = await packingBuilder.build(input, (line) => lines.push(line), over);
      for (const line of lines) onLine(line);
      return image;
    } catch (error) {
      if (!(error instanceof ImageNotBuilt)) throw error;
      onLine(`not packed (${error.message.split('\n')[0] ?? ''}): built with Docker`);
      return await other.build(input, onLine, over);
    }
  },
});
