import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The first host's port; the next host has the next: so all of them fit on one machine as well. */
const firstPort = 7777;
/** Names of other hosts may resolve late, and their programs start late: so long they are tried, milliseconds. */
const patienceMs = 120_000;

/** Who takes part, from what the training toolkit says, or else from the file SageMaker writes. */
export function readHosts(baseFolder) {
  const { SM_HOSTS: hosts, SM_CURRENT_HOST: own } = process.env;
  if (hosts !== undefined && own !== undefined) return { own, hosts: JSON.parse(hosts) };
  const config = JSON.parse(readFileSync(join(baseFolder, 'input/config/resourceconfig.json'), 'utf8'));
  return { own: config.current_host, hosts: config.hosts };
}

/** What each host has sent, by round: whoever asks first waits for it. */
class Inbox {
  #rounds = new Map();

  #of(round, host) {
    const key = `${round} ${host}`;
    let slot = this.#rounds.get(key);
    if (!slot) {
      slot = {};
      slot.promise = new Promise((resolve) => (slot.resolve = resolve));
      this.#rounds.set(key, slot);
    }
    return slot;
  }

  put(round, host, values) {
    this.#of(round, host).resolve(values);
  }

  take(round, host) {
    return this.#of(round, host).promise;
  }
}

async function readBody(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

/** Joins the other hosts of the job: each listens on its own name, and sends to all others. */
export async function joinCluster({ own, hosts }) {
  const inbox = new Inbox();
  const peers = hosts.filter((host) => host !== own);
  const portOf = (host) => firstPort + hosts.indexOf(host);
  let round = 0;

  const server = createServer((request, response) => {
    const answer = (status) => response.writeHead(status).end();
    readBody(request).then(
      (text) => {
        const { round: theirs, host, values } = JSON.parse(text);
        inbox.put(theirs, host, values);
        answer(204);
      },
      () => answer(400),
    );
  });
  if (peers.length > 0) {
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(portOf(own), own, resolve);
    });
    console.log(`${own} listens on port ${portOf(own)}`);
  }

  async function send(peer, message) {
    const giveUpAt = performance.now() + patienceMs;
    let reason;
    while (performance.now() < giveUpAt) {
      try {
        const answer = await fetch(`http://${peer}:${portOf(peer)}/`, { method: 'POST', body: JSON.stringify(message) });
        if (answer.ok) return;
        reason = `it answered ${answer.status}`;
      } catch (error) {
        reason = error.cause?.message ?? error.message;
      }
      await sleep(200);
    }
    throw new Error(`Cannot reach ${peer} on port ${portOf(peer)} for ${patienceMs / 1000} s: ${reason}`);
  }

  return {
    rank: hosts.indexOf(own),
    size: hosts.length,
    /** The sum over all hosts of a list of numbers: added in the order of the hosts, so that it is the same to the last bit everywhere. */
    async sum(values) {
      round++;
      await Promise.all(peers.map((peer) => send(peer, { round, host: own, values })));
      const all = await Promise.all(hosts.map((host) => (host === own ? values : inbox.take(round, host))));
      return values.map((_, index) => all.reduce((total, one) => total + one[index], 0));
    },
    /** After a sum every host has what it needs from us. */
    leave() {
      server.close();
      server.closeIdleConnections();
    },
  };
}
