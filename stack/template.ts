import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Writes a configuration from a template of deploy/: each `${NAME}` becomes its value, as envsubst does it in container images;
 * nginx's own `$names` are left alone. A name without a value, or a value without its name, is a mistake of ours and thrown.
 */
export function render(template: string, target: string, values: Record<string, string>): void {
  const unused = new Set(Object.keys(values))
  const text = readFileSync(template, 'utf8').replace(
    /\$\{([A-Z][A-Z0-9_]*)\}/g,
    (_, name: string) => {
      const value = values[name]
      if (value === undefined) throw new Error(`${template} wants ${name}, which has no value`)
      unused.delete(name)
      return value
    },
  )
  if (unused.size > 0) throw new Error(`${template} does not use ${[...unused].join(', ')}`)
  writeFileSync(target, text, { mode: 0o644 })
}
