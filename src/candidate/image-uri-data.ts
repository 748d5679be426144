import json from './image-uris.json' with { type: 'json' };

/** One image: where it is, and what its tag is made of. */
export interface ImageLeaf {
  readonly repo: string;
  /** Names a set of accounts by region. */
  readonly accounts: string;
  /** Unset where the tag names no Python. */
  readonly py?: readonly string[];
  /** Unset where the scope's own hold, or where the tag names no processor. */
  readonly processors?: readonly string[];
  /** Last part of the tag, by processor. */
  readonly containerVersion?: Readonly<Record<string, string>>;
  /** First part of the tag in place of the version. */
  readonly tagPrefix?: string;
}

/** Python 2 and 3 of one version are in different accounts. */
export interface ByPython {
  readonly byPy: Readonly<Record<string, ImageLeaf>>;
}

/** Hugging Face: one version of transformers on several versions of a base framework. */
export interface ByBase {
  readonly baseAliases: Readonly<Record<string, string>>;
  readonly base: Readonly<Record<string, ImageLeaf>>;
}

export interface ImageTable {
  readonly processors?: readonly string[];
  /** `2.3` -> `2.3.2`. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly versions: Readonly<Record<string, ImageLeaf | ByPython | ByBase>>;
}

export interface Framework {
  /** Set where one table, under the scope `*`, serves these scopes. */
  readonly sharedScopes?: readonly string[];
  readonly scopes: Readonly<Record<string, ImageTable>>;
}

interface ImageData {
  /** The first whose pattern matches the region. */
  readonly partitions: readonly { readonly id: string; readonly dnsSuffix: string; readonly regionRegex: string }[];
  readonly graviton: {
    readonly families: readonly string[];
    readonly frameworks: readonly string[];
    readonly fixedTags: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  readonly trainiumFrameworks: readonly string[];
  /** `<framework>-<tag>` -> what is appended to the tag. */
  readonly p4dTagSuffix: Readonly<Record<string, string>>;
  /** framework -> the first version that no longer runs on p2. */
  readonly p2Retired: Readonly<Record<string, string>>;
  /** set -> region -> account, twelve digits. */
  readonly accountSets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly frameworks: Readonly<Record<string, Framework>>;
}

/** The images AWS publishes, as of the commits named under `sources` in the file. */
export const imageData: ImageData = json;

/** An entry of a table, never what every object inherits: a person may well write `constructor`. */
export function entryOf<Value>(table: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
