import { describe, expect, it } from 'vitest';
import { judgeImage } from '../../../src/containers/checks/image.ts';
import { formatFinding } from '../../../src/containers/finding.ts';
import { assembleImage } from '../../../src/containers/pack.ts';
import { staticMistakes } from '../fixtures/static.ts';
import { folderOf, goodDockerfile, goodImage, program } from '../folder.ts';

const look = (files: Parameters<typeof folderOf>[0], wanted = {}) => {
  const { contents, refused } = assembleImage(folderOf(files));
  const judgement = judgeImage(contents, wanted);
  return { ...judgement, findings: [...refused, ...judgement.findings] };
};

describe('judgeImage() names', () => {
  it.each(staticMistakes)('$id for $mistake, and nothing else', ({ id, files, says }) => {
    const { findings } = look(files);
    expect(new Set(findings.map((finding) => finding.id))).toEqual(new Set([id]));
    for (const finding of findings) {
      expect(formatFinding(finding)).toMatch(says);
      expect(finding.fix).not.toBe('');
    }
  });

  it('nothing in a good image, and leaves nothing out', () => {
    const { findings, notChecked, passed } = look(goodImage);
    expect({ findings, notChecked }).toEqual({ findings: [], notChecked: [] });
    expect(passed).toBeGreaterThan(20);
  });

  it('CC-14 where CMD alone starts it, with CC-10', () => {
    const Dockerfile =
      'FROM node:24-slim\nCOPY serve /srv/main\nCMD ["/srv/main"]\nLABEL com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true\n';
    expect(look({ ...goodImage, Dockerfile }).findings.map(({ id }) => id)).toEqual(['CC-10', 'CC-10', 'CC-14']);
  });

  it('what depends on the endpoint the image is for', () => {
    const ids = (wanted: object, files: Parameters<typeof folderOf>[0] = goodImage) =>
      look(files, wanted).findings.map(({ id, level }) => `${id ?? ''} ${level}`);
    expect(ids({ hosting: 'multi-model' })).toEqual(['CC-47 error']);
    expect(ids({ hosting: 'multi-container' }, { ...goodImage, Dockerfile: goodDockerfile.replace(/^LABEL.*\n/m, '') })).toEqual(['CC-46 error']);
    expect(ids({ instanceType: 'ml.c7g.large' })).toEqual(['CC-01 error']);
    expect(ids({ instanceType: 'ml.g5.xlarge' })).toEqual([]);
    const arm = { ...goodImage, Dockerfile: goodDockerfile.replace('FROM ', 'FROM --platform=linux/arm64 ') };
    expect(ids({ instanceType: 'ml.m6gd.large' }, arm)).toEqual([]);
    expect(ids({ instanceType: 'ml.p4d.24xlarge' }, arm)).toEqual(['CC-01 error']);
  });

  it('no program as missing that RUN may bring: it says that it cannot know', () => {
    const Dockerfile = goodDockerfile.replace('COPY train serve ./', 'RUN make-programs');
    const { findings, notChecked } = look({ ...goodImage, Dockerfile });
    expect(findings.filter(({ id }) => id !== undefined)).toEqual([]);
    expect(notChecked).toEqual([expect.objectContaining({ id: 'CC-10', because: expect.stringMatching(/^Dockerfile:3 may bring/) as string })]);
    const chmodded = look({ ...goodImage, serve: '#!/bin/sh\n', Dockerfile: `${goodDockerfile}RUN chmod +x serve\n` });
    expect(chmodded.notChecked.map(({ id }) => id)).toEqual(['CC-11']);
  });

  it('no program of script mode as missing that RUN may bring, and none as unknown that is there', () => {
    const asks = `${goodDockerfile}ENV SAGEMAKER_PROGRAM=train.py\nRUN pip install sagemaker-training\n`;
    expect(look({ ...goodImage, Dockerfile: asks }).notChecked.map(({ id }) => id)).toEqual(['CC-74']);
    expect(look({ ...goodImage, Dockerfile: `${asks}COPY train /opt/ml/code/train.py\n` }).notChecked).toEqual([]);
  });

  it('no setting of a library as the maker’s own', () => {
    const Dockerfile = `${goodDockerfile}COPY lib /usr/lib/python3/site-packages/\n`;
    expect(look({ ...goodImage, Dockerfile, 'lib/x.py': 'host = "algo-1"\n', other: program('') }).findings).toEqual([]);
  });
});
