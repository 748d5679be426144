import { createServer } from 'node:net';

/** Ports given out a moment ago: their taker may not listen yet, so the system could hand them out again. */
const recent: number[] = [];

/** A port of 127.0.0.1 that nobody listens on, and that this process was not given among its last 64. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No address'))));
      });
    });
    if (recent.includes(port)) continue;
    recent.push(port);
    if (recent.length > 64) recent.shift();
    return port;
  }
}
