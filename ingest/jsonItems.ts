import { tokenEnd } from './dataText.ts'

/** The texts of an array's elements, exactly as they were sent. `json` is an array that `JSON.parse` has accepted. */
export function jsonItems(json: string): string[] {
  const items: string[] = []
  let depth = 0
  let from = 0
  const add = (end: number): void => {
    const item = json.slice(from, end).trim()
    // Only an empty array has one.
    if (item !== '') items.push(item)
  }
  for (let at = 0, end = 0; at < json.length; at = end) {
    end = tokenEnd(json, at)
    const mark = json[at]
    if (mark === '[' || mark === '{') {
      depth++
      if (depth === 1) from = end
    } else if (mark === ']' || mark === '}') {
      depth--
      if (depth === 0) add(at)
    } else if (mark === ',' && depth === 1) {
      add(at)
      from = end
    }
  }
  return items
}
