// The buildspec as text: a template takes it whole, and a file named .yml would be read as a document.
import { readFileSync } from 'node:fs';

export default readFileSync(new URL('buildspec.yml', import.meta.url), 'utf8');
