/** What stands before the cursor and may be completed: a person's handle behind `@`, or an emoji's name behind `:`. */
export interface Wanted {
  kind: 'person' | 'emoji'
  /** What is typed of it. */
  text: string
  /** Where its sign stands. */
  start: number
}

const BEHIND = /(?<=^|[\s([{"'“‘])(?:@([\p{L}\p{N}_.-]{0,40})|:([a-z0-9_+-]{2,40}))$/iu

/** Undefined if nothing is to be completed. */
export function wantedAt(text: string, cursor: number): Wanted | undefined {
  // A sign and a name are short: the rest of a long text does not count.
  const from = Math.max(0, cursor - 64)
  const match = BEHIND.exec(text.slice(from, cursor))
  if (match === null) return undefined
  const [, handle, name = ''] = match
  const start = from + match.index
  return handle === undefined
    ? { kind: 'emoji', text: name, start }
    : { kind: 'person', text: handle, start }
}

/** The text with the completed word and a space behind it, and where the cursor is then. */
export function completed(
  text: string,
  cursor: number,
  { start }: Wanted,
  word: string,
): { text: string; cursor: number } {
  const rest = text.slice(cursor)
  const space = rest.startsWith(' ') ? '' : ' '
  return { text: text.slice(0, start) + word + space + rest, cursor: start + word.length + 1 }
}
