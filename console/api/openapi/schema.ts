// Short ways to write JSON Schema (2020-12, as OpenAPI 3.1 uses it). Pure.

export interface Schema {
  readonly [key: string]: unknown
}

export const text: Schema = { type: 'string' }
export const flag: Schema = { type: 'boolean' }
/** A whole number, not negative. */
export const count: Schema = { type: 'integer', minimum: 0 }
export const number: Schema = { type: 'number' }
/** Milliseconds since 1970. */
export const time: Schema = { type: 'integer', minimum: 0, description: 'ms since 1970, 0: none' }
export const qos: Schema = { type: 'integer', enum: [0, 1, 2] }

export function words(...values: readonly string[]): Schema {
  return { type: 'string', enum: values }
}

export function list(items: Schema): Schema {
  return { type: 'array', items }
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}

/** All fields are there and no others, apart from those in `optional`. */
export function fields(
  properties: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: false,
  }
}

export function pageOf(row: Schema): Schema {
  return fields({ total: count, rows: list(row) }, { isPartial: flag })
}

/** A named schema of the document. */
export function named(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}
