/** Checks what the documentation says against the tree: links, paths, commands. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './process.ts';

/** What a document is held against. */
export interface Tree {
  /** Whether there is such a file or folder, from the repository's root. */
  readonly has: (relativePath: string) => boolean;
  /** The headings of a document as anchors, or `undefined` where there is none. */
  readonly anchorsOf: (relativePath: string) => ReadonlySet<string> | undefined;
  /** The scripts of package.json. */
  readonly npmScripts: ReadonlySet<string>;
}

export const requiredDocuments = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE'];

/** Folders whose paths documents may name in code; a path with a placeholder (`<gate>`, `*`) names a kind, not a file. */
const codePath = /^(?:src|functions|state-machines|test|examples|bench|docs|scripts|bin|\.ci)\/[\w./-]+$/;
/** A folder of somebody's machine. */
const machinePath = /(?:^|[\s"'`(=])((?:\/(?:home|Users)\/[\w.-]+|\/(?:root|work))\/[\w./-]*)/;

/**
 * What is wrong with a document, a sentence each.
 *
 * @param file the document, from the repository's root
 */
export function problemsOf(file: string, text: string, tree: Tree): readonly string[] {
  const problems: string[] = [];
  let fenced = false;
  text.split('\n').forEach((line, index) => {
    const say = (problem: string) => problems.push(`${file}:${index + 1}: ${problem}`);
    const onMachine = machinePath.exec(line)?.[1];
    if (onMachine !== undefined) say(`${onMachine} is a path of one machine: name it from the repository's root`);
    for (const [, script = ''] of line.matchAll(/\bnpm run ([\w:-]+)/g)) {
      if (!tree.npmScripts.has(script)) say(`npm run ${script}: package.json has no such script`);
    }
    if (/^\s*```/.test(line)) fenced = !fenced;
    if (fenced) return;
    for (const [, target = ''] of line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)) {
      const problem = linkProblem(file, target, tree);
      if (problem !== undefined) say(problem);
    }
    for (const [, code = ''] of line.matchAll(/`([^`]+)`/g)) {
      if (codePath.test(code) && !tree.has(code.replace(/\/$/, ''))) say(`\`${code}\`: there is no such file`);
    }
  });
  return problems;
}

function linkProblem(file: string, target: string, tree: Tree): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(target)) return undefined;
  const [relative = '', anchor] = target.split('#');
  if (relative.startsWith('/')) return `${target}: link relative to this page, so that it works in a checkout as well`;
  const linked = relative === '' ? file : path.posix.join(path.posix.dirname(file), decodeURI(relative)).replace(/\/$/, '');
  if (!tree.has(linked)) return `${target}: there is no such file`;
  if (anchor === undefined || tree.anchorsOf(linked)?.has(anchor) !== false) return undefined;
  return `${target}: ${linked} has no such heading`;
}

/** The anchors GitHub gives a document's headings. */
export function anchorsIn(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const unfenced = text.replaceAll(/^\s*```[\s\S]*?^\s*```/gm, '');
  for (const [, heading = ''] of unfenced.matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

function readTree(): Tree {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }; // Our own file.
  return {
    has: (relativePath) => existsSync(path.join(root, relativePath)),
    anchorsOf: (relativePath) => (relativePath.endsWith('.md') ? anchorsIn(readFileSync(path.join(root, relativePath), 'utf8')) : undefined),
    npmScripts: new Set(Object.keys(scripts)),
  };
}

if (import.meta.main) {
  const tree = readTree();
  const documents = globSync('**/*.md', { cwd: root, exclude: (name) => /^(node_modules|\.\w+|coverage)$/.test(path.basename(name)) }).sort();
  const problems = [
    ...requiredDocuments.filter((name) => !tree.has(name)).map((name) => `${name}: missing`),
    ...documents.flatMap((file) => problemsOf(file, readFileSync(path.join(root, file), 'utf8'), tree)),
  ];
  for (const problem of problems) console.log(problem);
  console.log(`${documents.length} documents, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
