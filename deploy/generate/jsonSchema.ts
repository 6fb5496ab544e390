/** The parts of JSON Schema that the chart's values need. */
export type Schema = Record<string, unknown>

/** A closed object: a misspelt key is an error, and not ignored. */
export function object(properties: Record<string, Schema>, more: Schema = {}): Schema {
  return { type: 'object', additionalProperties: false, properties, ...more }
}

export const text: Schema = { type: 'string' }
export const flag: Schema = { type: 'boolean' }

export function oneOf(...words: string[]): Schema {
  return { enum: words }
}

export function matching(pattern: string): Schema {
  return { type: 'string', pattern }
}

export function integer(minimum: number, maximum: number): Schema {
  return { type: 'integer', minimum, maximum }
}

export function list(items: Schema): Schema {
  return { type: 'array', items }
}

/** A map with any keys, such as labels. */
export function map(values: Schema): Schema {
  return { type: 'object', additionalProperties: values }
}

/** A part of Kubernetes' own API. The API server checks it. */
export const kubernetesObject: Schema = { type: 'object' }
