import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './root.ts'

/** Renders a configuration of the chart, `charts/causeway/files/<name>`, into the file `target`. See `render`. */
export function renderConfig(name: string, target: string, values: Record<string, string>): void {
  render(join(ROOT, 'charts/causeway/files', name), target, values)
}

/**
 * Writes a configuration from a template: each `${NAME}` becomes its value; nginx's own `$names` are left alone. The lines from
 * `# if NAME` to `# end` are left out if the value is empty.
 * @throws if a name has no value, or a value no name
 */
export function render(template: string, target: string, values: Record<string, string>): void {
  const unused = new Set(Object.keys(values))
  const valueOf = (name: string): string => {
    const value = values[name]
    if (value === undefined) throw new Error(`${template} wants ${name}, which has no value`)
    unused.delete(name)
    return value
  }
  const text = readFileSync(template, 'utf8')
    .replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (_, name: string) => valueOf(name))
    .replace(/^ *# if ([A-Z0-9_]+)\n(.*?)^ *# end\n/gms, (_, name: string, part: string) =>
      valueOf(name) === '' ? '' : part,
    )
  if (unused.size > 0) throw new Error(`${template} does not use ${[...unused].join(', ')}`)
  writeFileSync(target, text, { mode: 0o600 })
}
