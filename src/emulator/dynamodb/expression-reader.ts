import { type AwsError, validationException } from '../aws-error.ts';
import type { AttributeValue } from './attribute-value.ts';
import type { DocumentPath } from './document-path.ts';
import type { Placeholders } from './placeholders.ts';
import { isReserved } from './reserved-words.ts';

export type ExpressionKind = 'ConditionExpression' | 'FilterExpression' | 'KeyConditionExpression' | 'ProjectionExpression' | 'UpdateExpression';

/** DynamoDB measures an expression as it was sent, aliases unresolved. */
const maxExpressionBytes = 4096;

export interface Token {
  readonly kind: 'name' | 'alias' | 'value' | 'number' | 'symbol' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Path and value, the two operands all expressions share. A value the request doesn't define has type NULL: its complaint ends the reading. */
export interface PathOperand {
  readonly kind: 'path';
  readonly path: DocumentPath;
}
export interface ValueOperand {
  readonly kind: 'value';
  readonly value: AttributeValue;
}

/** Reads one expression token by token. What the words mean is the caller's. */
export interface ExpressionReader {
  readonly current: Token;
  /** Moves past the current token and returns it. */
  advance(): Token;
  /** Whether the current token is this symbol. */
  isSymbol(symbol: string): boolean;
  /** Whether the current token is this keyword, in any case. */
  isKeyword(keyword: string): boolean;
  /** Moves past the symbol if it is there, and says whether it was. */
  skipSymbol(symbol: string): boolean;
  skipKeyword(keyword: string): boolean;
  expectSymbol(symbol: string): void;
  expectKeyword(keyword: string): void;
  /** Whether the current token is a name followed by `(`. */
  isFunction(): boolean;
  readPath(): PathOperand;
  readValue(): ValueOperand;
  /** The error of an expression that does not parse at the current token. */
  syntaxError(): AwsError;
  /** Keeps the first thing found wrong with what was said rather than with how; a syntax error further on comes first. */
  complain(problem: string): void;
  /** Ends the reading: everything must have been read. Throws the complaint kept, if there is one. */
  finish(): void;
}

const lexicon = /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>()[\],.+-]))/y;

function tokensOf(kind: ExpressionKind, text: string): Token[] {
  const tokens: Token[] = [];
  lexicon.lastIndex = 0;
  for (;;) {
    const match = lexicon.exec(text);
    if (!match) break;
    const [whole, name, alias, value, number] = match;
    const trimmed = whole.trimStart();
    const end = match.index + whole.length;
    const tokenKind = name ? 'name' : alias ? 'alias' : value ? 'value' : number ? 'number' : 'symbol';
    tokens.push({ kind: tokenKind, text: trimmed, start: end - trimmed.length, end });
    lexicon.lastIndex = end;
  }
  const readTo = tokens.at(-1)?.end ?? 0;
  const rest = text.slice(readTo).trimStart();
  if (rest !== '') {
    const near = `${tokens.at(-1)?.text ?? ''}${text.slice(readTo, text.length - rest.length)}${rest.slice(0, 2)}`;
    throw validationException(`Invalid ${kind}: Syntax error; token: "${rest[0]}", near: "${near.trim()}"`);
  }
  tokens.push({ kind: 'end', text: '<EOF>', start: text.length, end: text.length });
  return tokens;
}

/**
 * @throws AwsError `ValidationException` for an empty expression, one over 4096 bytes, or a character no expression may hold
 */
export function readerOf(kind: ExpressionKind, text: string, placeholders: Placeholders): ExpressionReader {
  if (text.trim() === '') throw validationException(`Invalid ${kind}: The expression can not be empty;`);
  if (Buffer.byteLength(text) > maxExpressionBytes) {
    throw validationException(`Invalid ${kind}: Expression size has exceeded the maximum allowed size;`);
  }
  const tokens = tokensOf(kind, text);
  const last = tokens.length - 1;
  let position = 0;
  let complaint: string | undefined;
  // The last token is the end, and nothing moves past it.
  const at = (index: number): Token => tokens[Math.min(index, last)]!;

  const reader: ExpressionReader = {
    get current() {
      return at(position);
    },
    advance() {
      const token = at(position);
      position = Math.min(position + 1, last);
      return token;
    },
    isSymbol: (symbol) => at(position).kind === 'symbol' && at(position).text === symbol,
    isKeyword: (keyword) => at(position).kind === 'name' && at(position).text.toUpperCase() === keyword,
    skipSymbol(symbol) {
      const found = reader.isSymbol(symbol);
      if (found) reader.advance();
      return found;
    },
    skipKeyword(keyword) {
      const found = reader.isKeyword(keyword);
      if (found) reader.advance();
      return found;
    },
    expectSymbol(symbol) {
      if (!reader.skipSymbol(symbol)) throw reader.syntaxError();
    },
    expectKeyword(keyword) {
      if (!reader.skipKeyword(keyword)) throw reader.syntaxError();
    },
    isFunction: () => at(position).kind === 'name' && at(position + 1).kind === 'symbol' && at(position + 1).text === '(',
    readPath() {
      const path: (string | number)[] = [readName()];
      for (;;) {
        if (reader.skipSymbol('.')) {
          path.push(readName());
        } else if (reader.skipSymbol('[')) {
          if (reader.current.kind !== 'number') throw reader.syntaxError();
          path.push(Number(reader.advance().text));
          reader.expectSymbol(']');
        } else {
          return { kind: 'path', path };
        }
      }
    },
    readValue() {
      if (reader.current.kind !== 'value') throw reader.syntaxError();
      const placeholder = reader.advance().text;
      const value = placeholders.valueOf(placeholder);
      if (!value) {
        reader.complain(`An expression attribute value used in expression is not defined; attribute value: ${placeholder}`);
      }
      return { kind: 'value', value: value ?? { NULL: true } };
    },
    syntaxError() {
      const token = at(position);
      const near = text.slice(at(Math.max(0, position - 1)).start, at(position + 1).end).trim();
      return validationException(`Invalid ${kind}: Syntax error; token: "${token.text}", near: "${near}"`);
    },
    complain(problem) {
      complaint ??= problem;
    },
    finish() {
      if (reader.current.kind !== 'end') throw reader.syntaxError();
      if (complaint !== undefined) throw validationException(`Invalid ${kind}: ${complaint}`);
    },
  };

  function readName(): string {
    const token = reader.current;
    if (token.kind === 'alias') {
      reader.advance();
      const name = placeholders.nameOf(token.text);
      if (name === undefined) {
        reader.complain(`An expression attribute name used in the document path is not defined; attribute name: ${token.text}`);
      }
      return name ?? token.text;
    }
    if (token.kind !== 'name') throw reader.syntaxError();
    reader.advance();
    if (isReserved(token.text)) reader.complain(`Attribute name is a reserved keyword; reserved keyword: ${token.text}`);
    return token.text;
  }
  return reader;
}
