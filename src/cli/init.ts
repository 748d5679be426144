import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from '@commander-js/extra-typings';
import { output } from './options.ts';
import { print } from './terminal.ts';

export const templates = ['python', 'node', 'script-mode'] as const;
export type Template = (typeof templates)[number];

/** What the templates call the model; a delivery may have it as its name. */
const placeholder = 'my-model';
const templatesFolder = fileURLToPath(new URL('../../templates', import.meta.url));

/**
 * Writes a template's files into a folder, which is made if it isn't there. The model is called as the folder is, where that makes a name.
 *
 * @returns the paths written, from the folder
 * @throws Error, before anything is written, if a file is there already or the folder cannot be made
 */
export function writeTemplate(template: Template, folder: string): readonly string[] {
  const source = join(templatesFolder, template);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(source, path)).isFile())
    // What Python leaves where a template was tried.
    .filter((path) => !path.includes('__pycache__'))
    .sort();
  const taken = files.filter((path) => existsSync(join(folder, path)));
  if (taken.length > 0) {
    throw new Error(
      `Cannot write the ${template} template to "${folder}": ${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} there already; nothing was written. Choose another folder, or move ${taken.length === 1 ? 'it' : 'them'} away`,
    );
  }
  const name = nameOf(folder);
  makeFolder(folder);
  for (const path of files) {
    const [from, to] = [join(source, path), join(folder, path)];
    mkdirSync(dirname(to), { recursive: true });
    // A copy keeps the executable bit; only files that name the model are written anew, and those are no programs.
    const text = readFileSync(from, 'utf8');
    if (text.includes(placeholder)) writeFileSync(to, text.replaceAll(placeholder, name));
    else copyFileSync(from, to);
  }
  return files;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new Error(`Cannot make the folder "${folder}" (${cause instanceof Error ? cause.message : String(cause)}): choose another`, { cause });
  }
}

/** A folder's name as a delivery's: letters, digits and inner hyphens, 40 at most. */
function nameOf(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return name === '' ? placeholder : name;
}

/** A word of a command line as a shell takes it. */
const quoted = (word: string): string => (/^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** What a person does next, a line each. A delivery is applied first: nothing listens to what is pushed or uploaded before. */
export function nextSteps(template: Template, folder: string): readonly string[] {
  const name = nameOf(folder);
  const at = (path: string) => quoted(join(folder, path));
  const data = `sluice upload train.csv ${name}/train/train.csv`;
  switch (template) {
    case 'python':
      return [
        `sluice container check ${at('image')} --hyperparameter epochs=12000`,
        data,
        `sluice apply ${at('delivery.yaml')}`,
        `build the image with Docker, which its RUN needs, and push it to ECR as models/${name}:v1`,
      ];
    case 'node':
      return [
        `sluice container check ${at('image')} --hyperparameter epochs=300000`,
        data,
        `sluice apply ${at('delivery.yaml')}`,
        `sluice push ${at('image')} models/${name}:v1`,
      ];
    case 'script-mode':
      return [
        `sluice container check ${quoted(folder)}, with Docker or AWS's toolkits installed: ${at('README.md')}`,
        `${data}, and write the bucket it answers into triggers of ${at('delivery.yaml')}`,
        `sluice apply ${at('delivery.yaml')}`,
        `tar --create --gzip --file sourcedir.tar.gz --directory ${at('code')} .`,
        `sluice upload sourcedir.tar.gz ${name}/source/sourcedir.tar.gz`,
      ];
  }
}

export const init = new Command('init')
  .description('write a delivery.yaml and an image, or code for one of AWS’s, that honour SageMaker’s container contract')
  .argument('[folder]', 'where to; made if it is not there', '.')
  .addOption(
    new Option('--template <template>', 'an image in Python or Node, or code for a pre-built image').choices(templates).default('python' as const),
  )
  .addOption(output())
  .action((folder, options) => {
    const files = writeTemplate(options.template, folder);
    print(options.output, { folder, template: options.template, files }, () =>
      [...files.map((path) => `wrote ${join(folder, path)}`), 'next:', ...nextSteps(options.template, folder).map((step) => `  ${step}`)].join('\n'),
    );
  });
