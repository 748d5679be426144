import { defineCheck } from '../check.ts';
import { startPrograms } from './start-program.ts';

/** Linux and macOS executables, which need no `#!` line. */
const binaries = ['7f454c46', 'cffaedfe', 'cafebabe'];

export const scriptHasInterpreter = defineCheck({
  id: 'CC-12',
  stage: 'files',
  level: 'error',
  title: 'A start script names its interpreter in a first line that ends without a carriage return',
  look: (image) =>
    startPrograms(image).flatMap((program) => {
      if (program.kind !== 'file' && program.kind !== 'not-executable') return [];
      const head = Buffer.from(program.file.bytes.subarray(0, 256));
      if (binaries.includes(head.subarray(0, 4).toString('hex'))) return [];
      const where = `${program.file.source}:1`;
      const [firstLine = ''] = head.toString('latin1').split('\n');
      if (!firstLine.startsWith('#!')) {
        const fix = 'begin with #!/usr/bin/env node, or the interpreter you use';
        return [{ where, what: 'there is no #! line, so the system cannot start it', fix }];
      }
      if (firstLine.includes('\r')) {
        const fix = 'save it with LF line ends, and keep them with .gitattributes: * text eol=lf';
        return [{ where, what: 'the #! line ends with a carriage return (Windows line end)', fix }];
      }
      return [];
    }),
});
