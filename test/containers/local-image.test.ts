import { describe, expect, it } from 'vitest';
import { parseInspectedImage } from '../../src/containers/image.ts';
import { architectureNotices } from '../../src/containers/local-image.ts';
import { addressesOf, processNetwork } from '../../src/containers/process-network.ts';

describe('parseInspectedImage()', () => {
  it('reads what docker image inspect prints', () => {
    // Members as in Docker's own documentation of the command, shortened.
    const text = JSON.stringify({
      Id: 'sha256:9f0a',
      RepoTags: ['churn:v1'],
      Config: {
        Env: ['PATH=/opt/program:/usr/bin'],
        Cmd: null,
        Entrypoint: ['python3', '/opt/main.py'],
        WorkingDir: '/opt',
        Labels: { 'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true' },
        ExposedPorts: { '8080/tcp': {} },
      },
      Architecture: 'arm64',
      Os: 'linux',
    });
    expect(parseInspectedImage(text)).toEqual({
      id: 'sha256:9f0a',
      config: {
        Entrypoint: ['python3', '/opt/main.py'],
        Env: ['PATH=/opt/program:/usr/bin'],
        WorkingDir: '/opt',
        Labels: { 'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true' },
        ExposedPorts: ['8080/tcp'],
        architecture: 'arm64',
        os: 'linux',
      },
    });
  });
});

describe('architectureNotices()', () => {
  it('says what an image of another processor will be like, and nothing of one that fits', () => {
    expect(architectureNotices('amd64', 'arm64')).toEqual([expect.stringMatching(/^the image is for amd64 and this machine is arm64: .*132/)]);
    expect(architectureNotices('amd64', 'x64')).toEqual([]);
  });
});

describe('processNetwork()', () => {
  it('says which names will not be found where it may not give processes a hosts file, and what to do', async () => {
    const network = await processNetwork(['algo-1', 'no-such-host-7'], []);
    expect(network.prefix).toEqual([]);
    expect(network.unresolved).toMatch(/no-such-host-7 will not be found by name: .*add .*"127\.0\.0\.\d no-such-host-7".*or use Docker/);
    await network.close();
  });

  it('has nothing to say where the machine knows the names itself', async () => {
    expect((await processNetwork(['localhost'], [])).unresolved).toBeUndefined();
  });
});

describe('addressesOf()', () => {
  it('gives each host an address of its own where the system has more than one for itself', () => {
    expect([...addressesOf(['algo-1', 'algo-2'], 'linux').values()]).toEqual(['127.0.0.2', '127.0.0.3']);
    expect([...addressesOf(['algo-1', 'algo-2'], 'darwin').values()]).toEqual(['127.0.0.1', '127.0.0.1']);
  });
});
