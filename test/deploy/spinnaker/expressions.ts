import type { Stage } from './pipeline.ts'

/** Strings with the path to each. */
function* texts(value: unknown, path: string): Generator<[string, string]> {
  if (typeof value === 'string') yield [path, value]
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* texts(inner, `${path}.${key}`)
  }
}

/** Each `${` has its `}`, with the quotes and brackets between them closed. Answers what is wrong, or undefined. */
function flaw(text: string): string | undefined {
  for (let at = text.indexOf('${'); at !== -1; at = text.indexOf('${', at + 2)) {
    const closers: string[] = []
    let quoted = false
    let end = at + 2
    for (; end < text.length; end++) {
      const sign = text[end] ?? ''
      if (sign === "'") quoted = !quoted
      if (quoted) continue
      const closer = { '(': ')', '[': ']', '{': '}' }[sign]
      if (closer !== undefined) closers.push(closer)
      else if (')]}'.includes(sign)) {
        if (closers.length === 0) break
        if (closers.pop() !== sign) return `"${sign}" closes nothing`
      }
    }
    if (quoted) return 'a quote is open'
    if (end === text.length) return 'a brace is open'
    if (text[end] !== '}') return `"${text[end]}" closes nothing`
  }
  return undefined
}

/** Expressions that Spinnaker could not read. */
export function checkExpressions(stages: readonly Stage[]): string[] {
  return stages.flatMap((stage) =>
    [...texts(stage, stage.refId)].flatMap(([path, text]) => {
      const found = flaw(text)
      return found === undefined ? [] : [`${path}: ${found}`]
    }),
  )
}
