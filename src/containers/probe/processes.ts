import { readdirSync, readFileSync } from 'node:fs';

/** A process of this machine. */
export interface ProcessSeen {
  readonly pid: number;
  /** Its command line. */
  readonly command: string;
}

/** What a process has started and still runs; undefined where the machine doesn't tell (only Linux has /proc). */
export function childrenOf(parent: number): readonly ProcessSeen[] | undefined {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  return names.flatMap((name) => {
    try {
      // The fields after the program's name, which is in brackets and may hold blanks: state, parent.
      const [state, of] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      if (Number(of) !== parent || state === 'Z') return [];
      return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
    } catch {
      return []; // It ended between two looks.
    }
  });
}
