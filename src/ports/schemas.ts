/** JSON Schema, draft 2020-12. */
export interface Schemas {
  /** What is wrong with a value, a sentence each; empty where it is as the schema says. */
  flawsOf(schema: Readonly<Record<string, unknown>>, value: unknown): readonly string[];
}
