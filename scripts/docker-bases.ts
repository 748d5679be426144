/** The images the examples stand on: pulled and built where a registry is to be had, else put together from Debian's packages. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { binFolder, makeEnvironment, type Unavailable } from './python.ts';
import { type Ended, root, run } from './process.ts';

type Environment = Readonly<Record<string, string>>;

const nodeImage = 'node:24-slim';
const digitsImage = 'localhost/digits-sklearn/python:3.11';
export const baseImages = [nodeImage, digitsImage] as const;

const requirements = path.join(root, 'examples/digits-sklearn/requirements.txt');
/** Says which recipe an image was made by, so that one of an older recipe is made anew. */
const recipeLabel = 'recipe';

const quietly = (command: readonly [string, ...string[]], limitSeconds: number, env: Environment = {}) =>
  run(command, { shows: false, limitSeconds, env });
const failed = (what: string, { output }: Ended): Error => new Error(`Cannot ${what}: ${output.trimEnd().split('\n').slice(-3).join(' ')}`);

/**
 * Pulls and builds what an engine lacks of the base images.
 *
 * @returns why they cannot be had; undefined where they are there
 */
export async function haveBaseImages(env: Environment): Promise<string | undefined> {
  const has = async (image: string) => (await quietly(['docker', 'image', 'inspect', image], 20, env)).code === 0;
  if (!(await has(nodeImage))) {
    const { code, output } = await quietly(['docker', 'pull', nodeImage], 180, env);
    if (code !== 0) return `the engine has no ${nodeImage} and cannot pull it: ${output.trimEnd().split('\n').at(-1)}`;
  }
  if (await has(digitsImage)) return undefined;
  const example = path.dirname(requirements);
  const { code, output } = await quietly(
    ['docker', 'build', '--tag', digitsImage, '--file', path.join(example, 'base.Dockerfile'), example],
    300,
    env,
  );
  return code === 0 ? undefined : `${digitsImage} cannot be built: ${output.trimEnd().split('\n').at(-1)}`;
}

/**
 * Puts the base images together without a registry, for an engine of our own: Debian's packages, unpacked, with this Node, or with Python and
 * what the example's requirements.txt names.
 *
 * @returns why they cannot be had; undefined where they are there
 */
export async function makeBaseImages(env: Environment): Promise<Unavailable | undefined> {
  const unavailable = await makeEnvironment('digits-sklearn');
  if (unavailable) return unavailable;
  await make(nodeImage, process.version, ['libstdc++6'], env, (folder) => {
    copyFileSync(process.execPath, path.join(folder, 'usr/local/bin/node'));
  });
  const packages = ['python3', 'nginx-light', 'ca-certificates', 'libstdc++6'];
  await make(digitsImage, readFileSync(requirements, 'utf8'), packages, env, installRequirements);
  return undefined;
}

async function make(
  image: string,
  recipe: string,
  packages: readonly string[],
  env: Environment,
  fill: (folder: string) => void | Promise<void>,
): Promise<void> {
  const hash = createHash('sha256')
    .update(JSON.stringify([recipe, packages]))
    .digest('hex');
  const label = await quietly(['docker', 'image', 'inspect', '--format', `{{ index .Config.Labels "${recipeLabel}" }}`, image], 20, env);
  if (label.code === 0 && label.output.trim() === hash) return;

  console.log(`making ${image} of Debian's packages`);
  const work = mkdtempSync(path.join(tmpdir(), 'base-'));
  const folder = path.join(work, 'root');
  try {
    const suite = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
    const all = ['base-files', 'base-passwd', 'coreutils', 'dash', ...packages].join(',');
    // Unpacked and not configured: what our programs need is files, and this takes a tenth of the time.
    const unpacked = await quietly(['mmdebstrap', '--mode=root', '--variant=extract', `--include=${all}`, suite, folder], 300);
    if (unpacked.code !== 0) throw failed('unpack Debian packages', unpacked);
    for (const name of ['passwd', 'group']) {
      const master = path.join(folder, `usr/share/base-passwd/${name}.master`);
      if (existsSync(master)) copyFileSync(master, path.join(folder, 'etc', name));
    }
    mkdirSync(path.join(folder, 'usr/local/bin'), { recursive: true });
    await fill(folder);
    const tar = path.join(work, 'root.tar');
    const packed = await quietly(['tar', '--directory', folder, '--create', '--file', tar, '.'], 300);
    if (packed.code !== 0) throw failed('pack the base image', packed);
    const search = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    const imported = await quietly(['docker', 'import', '--change', search, '--change', `LABEL ${recipeLabel}=${hash}`, tar, image], 300, env);
    if (imported.code !== 0) throw failed('import the base image', imported);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Brings the packages of the example's virtual environment into the image, or where Debian has another Python than this machine, wheels for that. */
async function installRequirements(folder: string): Promise<void> {
  const version = globSync('usr/bin/python3.*', { cwd: folder })
    .map((file) => /python(3\.\d+)$/.exec(file)?.[1])
    .find((found) => found !== undefined);
  if (version === undefined) throw new Error("Debian's python3 brought no python3.x");
  const target = path.join(folder, `usr/local/lib/python${version}/dist-packages`);
  const installed = path.join(binFolder('digits-sklearn'), `../lib/python${version}/site-packages`);
  if (existsSync(installed)) {
    mkdirSync(path.dirname(target), { recursive: true });
    // Links take no room and no time; across file systems there are none.
    for (const link of [['--link'], []]) if ((await quietly(['cp', '--archive', ...link, installed, target], 120)).code === 0) return;
  }
  const python = path.join(binFolder('digits-sklearn'), 'python3');
  const flags = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--implementation', 'cp'];
  const words = ['-m', 'pip', 'install', ...flags, '--python-version', version, '--target', target, '--requirement', requirements];
  const wheels = await quietly([python, ...words], 300);
  if (wheels.code !== 0) throw failed('install the requirements into the base image', wheels);
}
