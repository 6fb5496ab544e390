/** Deeper data would overflow the stack of some parser on its way that recurses; nobody's messages are that deep. */
const MAX_DEPTH = 64

export interface Unstorable {
  path: string[]
  detail: string
}

interface Node {
  value: unknown
  depth: number
  key: string
  parent: Node | undefined
}

/**
 * The first thing in parsed JSON that would not come out of the database as it went in, or undefined. Everything stored
 * must survive a cast to jsonb, so that history can be queried by its contents; jsonb refuses U+0000 and unpaired
 * surrogates, and a number like 1e400 has become Infinity by now, which JSON cannot say.
 *
 * Not recursive: the input may be as deep as a body is long.
 */
export function findUnstorable(data: unknown): Unstorable | undefined {
  const waiting: Node[] = [{ value: data, depth: 0, key: '', parent: undefined }]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const { value, depth } = node
    if (typeof value === 'string') {
      if (!isStorable(value)) return { path: pathTo(node), detail: TEXT }
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) return { path: pathTo(node), detail: 'the number is too large' }
    } else if (typeof value === 'object' && value !== null) {
      if (depth === MAX_DEPTH) {
        // The path would be as long as the data is deep.
        return { path: [], detail: `nested deeper than ${MAX_DEPTH}` }
      }
      for (const [key, child] of Object.entries(value)) {
        if (!isStorable(key)) return { path: pathTo(node), detail: `in a key, ${TEXT}` }
        waiting.push({ value: child, depth: depth + 1, key, parent: node })
      }
    }
  }
  return undefined
}

const TEXT = 'text may hold neither U+0000 nor half of a surrogate pair'

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** Without the keys' excess: an answer is not to be as large as the question. */
function pathTo(node: Node): string[] {
  const path: string[] = []
  for (let at = node; at.parent !== undefined; at = at.parent) path.unshift(at.key.slice(0, 64))
  return path
}
