/** Errors by their form and not their class: under jest, those of Node's own modules are of another realm's `Error`. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && 'code' in error ? String(error.code) : undefined
}

export function messageOf(error: unknown): string {
  return isObject(error) && 'message' in error ? String(error.message) : String(error)
}

/** What a program that was run, and failed, wrote to its standard error. */
export function stderrOf(error: unknown): string {
  return isObject(error) && 'stderr' in error ? String(error.stderr) : ''
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
