import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';

/** Whether anybody answers on 127.0.0.1:`port`, within a second of wall time. */
export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined; // A process may be gone between two looks at it.
  }
};

/** The TCP ports the processes of a group listen on; undefined where the system doesn't tell (only Linux has /proc). */
export function listeningPorts(group: number): number[] | undefined {
  const pids = attempt(() => readdirSync('/proc').filter((name) => /^\d+$/.test(name)));
  if (!pids) return undefined;
  const sockets = new Set<string>();
  for (const pid of pids) {
    // The fields after the program's name, which is in brackets and may hold blanks: state, parent, group.
    const fields = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' '));
    if (Number(fields?.[2]) !== group) continue;
    for (const descriptor of attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
      const inode = /^socket:\[(\d+)\]$/.exec(attempt(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? '')?.[1];
      if (inode) sockets.add(inode);
    }
  }
  const ports = new Set<number>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (attempt(() => readFileSync(table, 'utf8')) ?? '').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      // 0A is LISTEN.
      if (state === '0A' && inode && sockets.has(inode)) ports.add(Number.parseInt(local?.split(':')[1] ?? '', 16));
    }
  }
  return [...ports].sort((a, b) => a - b);
}
