import type { Import, Module } from './imports.ts';

/** The parts of the tree that have a say in what they import. */
const layers = {
  core: ['src/rollout/', 'src/gates/', 'src/strategies/', 'src/triggers/', 'src/candidate/', 'src/ledger/', 'src/statistics/', 'src/rehearsal/'],
  ports: ['src/ports/'],
  aws: ['src/aws/'],
  app: ['src/app/'],
  view: ['src/view/'],
  cli: ['src/cli/'],
  dashboard: ['src/dashboard/'],
  emulator: ['src/emulator/'],
  containers: ['src/containers/'],
  functions: ['functions/'],
  bench: ['bench/'],
  tools: ['scripts/', 'bin/'],
} as const;
export type Layer = keyof typeof layers;

export function layerOf(path: string): Layer | undefined {
  for (const [layer, folders] of Object.entries(layers)) {
    if (folders.some((folder) => path.startsWith(folder))) return layer as Layer; // The keys of `layers`.
  }
  return undefined;
}

/** How far one layer may import another; a layer not named may not be imported at all. */
type Reach = Partial<Record<Layer, 'any' | 'types'>>;
interface Permission {
  readonly reach: Reach;
  /** Packages it may have at run time; types of any package cost nothing and bind nobody. */
  readonly packages: RegExp;
}

const builtin = /^node:/;
const anyPackage = /^/;
const sdk = /^(@aws-sdk\/|@smithy\/)/;
const except = (pattern: RegExp) => new RegExp(`^(?!${pattern.source.replace('^', '')})`);

const permissions: Readonly<Record<Exclude<Layer, 'bench' | 'tools'>, Permission>> = {
  // node:crypto for hashes, croner for times of a cron expression: neither reads anything or waits for anything.
  core: { reach: { core: 'any', ports: 'types' }, packages: /^(zod(\/|$)|croner$|node:crypto$)/ },
  ports: { reach: { ports: 'any', core: 'types' }, packages: /^(?!)/ },
  aws: { reach: { aws: 'any', ports: 'types', core: 'types', containers: 'types' }, packages: /^(@aws-sdk\/|@smithy\/|node:)/ },
  app: { reach: { app: 'any', aws: 'any', core: 'any', ports: 'types', view: 'any' }, packages: except(sdk) },
  functions: { reach: { app: 'any', core: 'any', ports: 'types', view: 'any' }, packages: /^zod(\/|$)/ },
  view: { reach: { view: 'any', core: 'any', ports: 'types' }, packages: /^zod(\/|$)/ },
  containers: { reach: { containers: 'any' }, packages: except(sdk) },
  emulator: { reach: { emulator: 'any', containers: 'any' }, packages: except(sdk) },
  cli: {
    reach: { cli: 'any', app: 'any', emulator: 'any', containers: 'any', view: 'any', core: 'any', ports: 'types', dashboard: 'any' },
    packages: anyPackage,
  },
  dashboard: { reach: { dashboard: 'any', view: 'any', core: 'types' }, packages: except(sdk) },
};

/** What one module may import beyond its layer, each with its reason. */
const exceptions: readonly { readonly from: RegExp; readonly to: RegExp; readonly because: string }[] = [
  { from: /^src\/aws\//, to: /^src\/rollout\/errors\.ts$/, because: 'an adapter translates what the SDK throws into the errors the core names' },
  {
    from: /^src\/rollout\/spec\.ts$/,
    to: /^src\/candidate\/[a-z-]+-spec\.ts$/,
    because: 'a delivery is one document: its sections on what makes a candidate are read with the rest',
  },
  {
    from: /^src\/candidate\/check-image\.ts$/,
    to: /^src\/containers\/(checks\/manifest|finding)\.ts$/,
    because: 'what SageMaker needs of an image is the container contract’s to say, before a rollout as on a laptop',
  },
  { from: /^src\/aws\//, to: /^src\/ledger\//, because: 'the store appends to the chain in the transaction that changes the state' },
  { from: /^src\/emulator\/wire\/schemas\.ts$/, to: sdk, because: 'the one file through which the emulator reads the schemas of the SDK' },
];

const isOurs = (to: string) => layerOf(to) !== undefined || /^(src|functions|test|examples)\//.test(to);

/** Every import that points the wrong way, in a sentence that names the remedy. */
export function wrongImports(modules: readonly Module[]): readonly string[] {
  return modules
    .flatMap((module) => module.imports)
    .flatMap((one) => {
      const remedy = remedyFor(one);
      return remedy === undefined ? [] : [`${one.from} imports ${one.to}: ${remedy}`];
    });
}

function remedyFor(one: Import): string | undefined {
  const from = layerOf(one.from);
  if (from === undefined || from === 'bench' || from === 'tools') return undefined;
  if (exceptions.some((exception) => exception.from.test(one.from) && exception.to.test(one.to))) return undefined;
  const { reach, packages } = permissions[from];
  if (!isOurs(one.to)) {
    if (one.kind === 'type' || packages.test(one.to)) return undefined;
    return packageRemedy(from, one.to);
  }
  if (one.from.startsWith('src/rollout/') && one.to.startsWith('src/candidate/')) {
    return 'what makes a canary is a sibling of the rollout: move what both need into src/rollout/, or take it as an argument';
  }
  const to = layerOf(one.to);
  const allowed = to === undefined ? undefined : reach[to];
  if (allowed === 'any' || (allowed === 'types' && one.kind === 'type')) return undefined;
  if (allowed === 'types') return `it may know only its types: write \`import type\`, and take the value as an argument`;
  return layerRemedy(from, to, one.to);
}

function packageRemedy(from: Layer, name: string): string {
  if (sdk.test(name)) {
    if (from === 'emulator') return 'read the schema through src/emulator/wire/schemas.ts, or write `import type`';
    return 'only src/aws/ calls AWS: put the call there, behind a port';
  }
  if (from === 'core')
    return builtin.test(name)
      ? 'the core reads and waits for nothing: take a port as an argument'
      : 'the core knows zod alone: take a port as an argument';
  if (from === 'ports') return 'a port is types only: put the code into src/aws/ or the core';
  if (from === 'functions') return 'a function parses, calls and parses: put it into src/app/';
  return 'this package has no place here: put the code where it is allowed, behind a port';
}

function layerRemedy(from: Layer, to: Layer | undefined, target: string): string {
  if (to === 'functions') return 'nobody imports functions/: move what is shared into src/app/';
  if (to === 'cli' || to === 'dashboard') return `nobody imports src/${to}/: move what is shared into src/view/ or src/app/`;
  if (to === undefined) return 'tests and examples import the code, never the other way round';
  if (to === 'emulator') return 'nothing that ships knows an emulator: reach AWS through a port';
  if (from === 'emulator') return 'the emulator knows AWS alone: take what you need from the call, as AWS would';
  if (from === 'containers') return 'the container contract stands alone: take what you need as an argument';
  if (from === 'core' && to === 'aws') return `take the port ${portNameOf(target)} as an argument`;
  if (from === 'core') return 'the core knows nothing of its callers: take what you need as an argument';
  if (from === 'ports') return 'a port knows only types of the core';
  if (from === 'aws') return 'an adapter knows its port: let src/app/wire.ts bring the two together';
  if (from === 'functions' && to === 'aws') return 'take the port from src/app/wire.ts';
  if (from === 'dashboard') return 'the dashboard shows RolloutView: add what is missing to src/view/';
  return `let src/app/ bring the two together`;
}

/** `src/aws/training-jobs.ts` serves the port `TrainingJobs`. */
function portNameOf(target: string): string {
  const base = target.slice(target.lastIndexOf('/') + 1).replace(/\.[jt]s$/, '');
  return base.replaceAll(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());
}

/** Every word that gives away what a module must not know. */
export function tellingWords(modules: readonly Module[]): readonly string[] {
  return modules.flatMap((module) => {
    const layer = layerOf(module.path);
    if (layer === 'emulator' || layer === 'containers') {
      // AWS has canaries of its own: CANARY and CanarySize are words of UpdateEndpoint's deployment config.
      const code = module.code.replaceAll(/CANARY|CanarySize/g, '');
      const word = /rollouts?|canary|canaries|sluice|delivery\.yaml|delivery(?:Name|Id|Spec)\b/i.exec(code)?.[0];
      return word === undefined ? [] : [`${module.path} says "${word}": it knows AWS and nothing of what we do with it; use AWS's word`];
    }
    if (layer === undefined || layer === 'cli' || layer === 'bench' || layer === 'tools') return [];
    const word = /emulat\w*|embedded aws/i.exec(module.text)?.[0];
    return word === undefined ? [] : [`${module.path} says "${word}": what ships must not know that AWS can be emulated; say what AWS does`];
  });
}
