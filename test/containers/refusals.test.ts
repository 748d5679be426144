import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checks } from '../../src/containers/checks/registry.ts';
import { formatFinding, ImageRefused } from '../../src/containers/finding.ts';
import { packImage } from '../../src/containers/pack.ts';
import { type FileSpec, folderOf, goodDockerfile, goodImage, program } from './folder.ts';

/** The errors a folder is refused with, a line each. */
function refusal(folder: string): string[] {
  try {
    packImage(folder);
  } catch (error) {
    if (error instanceof ImageRefused) return error.findings.filter(({ level }) => level === 'error').map(formatFinding);
    throw error;
  }
  throw new Error('The folder was not refused');
}
const withDockerfile = (Dockerfile: string, more: Record<string, FileSpec> = {}) => refusal(folderOf({ ...goodImage, ...more, Dockerfile }));

describe('an image folder is refused, with the place and the way out,', () => {
  it('for a program that is not executable', () => {
    expect(refusal(folderOf({ ...goodImage, train: '#!/bin/sh\n' }))).toEqual([
      'train: /opt/program/train is not executable (CC-11); chmod +x train (on Windows: git update-index --chmod=+x train, or COPY --chmod=755)',
    ]);
  });

  it('for a program that is not on the PATH', () => {
    expect(withDockerfile(goodDockerfile.replace(/^ENV PATH.*$/m, ''))).toEqual(
      ['train', 'serve'].map(
        (word) =>
          `Dockerfile:1: no executable "${word}" in the image's /usr/local/sbin, /usr/local/bin, /usr/sbin, /usr/bin, /sbin, /bin (CC-10); it is at /opt/program/${word}: add ENV PATH=/opt/program:$PATH`,
      ),
    );
  });

  it('for a script without an interpreter, or with Windows line ends', () => {
    expect(refusal(folderOf({ ...goodImage, train: program('console.log(1)\n'), serve: program('#!/usr/bin/env node\r\nx\r\n') }))).toEqual([
      'train:1: there is no #! line, so the system cannot start it (CC-12); begin with #!/usr/bin/env node, or the interpreter you use',
      'serve:1: the #! line ends with a carriage return (Windows line end) (CC-12); save it with LF line ends, and keep them with .gitattributes: * text eol=lf',
    ]);
  });

  it('for a folder where a program should be', () => {
    expect(
      withDockerfile(`${goodDockerfile}COPY programs/ /opt/program/\n`.replace('COPY train serve ./', 'COPY serve ./'), {
        'programs/train/main.py': '',
      }),
    ).toEqual(['Dockerfile:1: /opt/program/train is a folder (CC-13); make train an executable file, without an extension']);
  });

  it('for a shell-form ENTRYPOINT, also when it is spelled as a list', () => {
    const fix =
      'a shell-form ENTRYPOINT swallows the word train or serve, and signals (CC-05); write it as a JSON list: ENTRYPOINT ["python","main.py"]';
    expect(withDockerfile(`${goodDockerfile}ENTRYPOINT python main.py\n`)).toEqual([`Dockerfile:6: ${fix}`]);
    expect(withDockerfile(`${goodDockerfile}\nENTRYPOINT ["/bin/sh", "-c", "python main.py"]\n`)).toEqual([`Dockerfile:7: ${fix}`]);
  });

  it('for an instruction a packed image cannot honour, each at its line', () => {
    const found = withDockerfile(
      [
        'FROM node:24-slim AS build',
        'RUN npm ci',
        'ADD https://example.com/model.bin /model.bin',
        'ADD data.tar.gz /data',
        'COPY --from=build /x /x',
        'STOPSIGNAL SIGINT',
        'VOLUME /data',
        'FROM node:24-slim',
        '',
      ].join('\n'),
    );
    expect(found.map((line) => line.split(';')[0])).toEqual([
      'Dockerfile:2: RUN needs a Docker build',
      'Dockerfile:3: ADD of "https://example.com/model.bin" would download at build time',
      'Dockerfile:4: ADD would unpack "data.tar.gz"',
      'Dockerfile:5: COPY --from needs a multi-stage build',
      'Dockerfile:6: SageMaker stops a container with SIGTERM, whatever STOPSIGNAL says (CC-19)',
      'Dockerfile:7: SageMaker does not honour VOLUME',
      'Dockerfile:8: a second FROM makes a multi-stage build',
    ]);
    expect(found.every((line) => (line.split('; ')[1]?.length ?? 0) > 5)).toBe(true);
  });

  it('for a word only Docker understands, and for several sources without a folder to put them into', () => {
    expect(withDockerfile(`${goodDockerfile}ENV A=1\nENV B=\${A#x}\nENV C=it's\nCOPY train serve /both\nCOPY train serve /both/\n`)).toEqual([
      'Dockerfile:7: "${A#x}" is no variable a packed image understands; write the value itself',
      `Dockerfile:8: "it's" has a quote without its end; write the value itself`,
      'Dockerfile:9: COPY of several sources needs a folder to put them into, "/both" is none; write "/both/"',
    ]);
  });

  it('for an archive ADD would unpack, whatever it is called', () => {
    const packed = execFileSync('tar', ['--create', '--file', '-', 'train'], { cwd: folderOf(goodImage), encoding: 'latin1' });
    expect(withDockerfile(`${goodDockerfile}ADD data /data\nADD zipped /z\nCOPY data /kept\n`, { data: packed, zipped: '\u001f' })).toEqual([
      'Dockerfile:6: ADD would unpack "data"; unpack it in the folder and COPY its content',
    ]);
  });

  it('for a base that brings more than a language', () => {
    expect(withDockerfile(goodDockerfile.replace('node:24-slim', 'nvidia/cuda:12.4-base'))).toEqual([
      'Dockerfile:1: base image "nvidia/cuda:12.4-base" brings programs of its own, which a packed image lacks; start FROM node:…, python:… or scratch, or push an image that Docker has built',
    ]);
  });

  it('for what is copied and not there, or lies outside', () => {
    expect(withDockerfile(`${goodDockerfile}COPY nothing /x\nCOPY ../secret /x\n`)).toEqual([
      'Dockerfile:6: "nothing" is not in the folder; check the spelling, and .dockerignore',
      'Dockerfile:7: "../secret" lies outside the build folder; copy it into the folder',
    ]);
  });

  it('for a link it would copy, and for a path the archive format has no room for', () => {
    const copying = (line: string, more: Record<string, FileSpec> = {}) => {
      const linked = folderOf({ ...goodImage, ...more, Dockerfile: `${goodDockerfile}${line}\n` });
      symlinkSync('/etc/passwd', join(linked, 'passwd'));
      return linked;
    };
    const found = ['Dockerfile:6: "passwd" is a link or a device; put the file itself there'];
    expect(refusal(copying('COPY passwd /x'))).toEqual(found);
    expect(refusal(copying('COPY . /x'))).toEqual(found);
    // One that lies there and is not copied is no matter.
    expect(packImage(copying('')).warnings).toEqual([]);
    expect(packImage(copying('COPY . /x', { '.dockerignore': 'passwd' })).warnings).toEqual([]);

    const long = folderOf({ ...goodImage, Dockerfile: `${goodDockerfile}COPY deep /deep\n`, [`deep/${'d'.repeat(60)}/${'f'.repeat(60)}`]: '' });
    expect(refusal(long)).toEqual([
      expect.stringMatching(/^Dockerfile:6: Cannot archive "deep\/d+\/f+": its path takes 127 bytes, 100 at most; shorten it/),
    ]);
  });

  it('with every finding at once, and without a Dockerfile', () => {
    const folder = folderOf({ Dockerfile: 'FROM node:24\nRUN true\nCOPY train serve /usr/bin/\n', train: 'x' });
    mkdirSync(join(folder, 'serve'));
    const places = refusal(folder).map((line) => line.split(':').slice(0, 2).join(':'));

    expect(places).toEqual([
      'Dockerfile:2',
      'Dockerfile:1',
      'train: /usr/bin/train is not executable (CC-11); chmod +x train (on Windows',
      'train:1',
    ]);
    expect(refusal(folderOf({ train: 'x' }))).toEqual(['Dockerfile: the folder has none; write one that copies train and serve onto the PATH']);
  });
});

describe('checks', () => {
  it('have an id each, in order, and pass a good image', () => {
    for (const [stage, ofStage] of Object.entries(checks)) {
      const ids = ofStage.map(({ id }) => id);
      expect(ids, stage).toEqual([...new Set(ids)].sort());
      expect(new Set(ofStage.map((check) => check.stage)), stage).toEqual(new Set([stage]));
    }
    expect(packImage(folderOf(goodImage)).warnings).toEqual([]);
  });
});
