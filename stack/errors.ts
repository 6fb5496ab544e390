/** A start that is refused. The message says everything: no log tells more. */
export class StartRefused extends Error {}

/** Errors by their fields and not by their class: under jest, those of Node's own modules are another realm's `Error`. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && 'code' in error ? String(error.code) : undefined
}

export function messageOf(error: unknown): string {
  return isObject(error) && 'message' in error ? String(error.message) : String(error)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
