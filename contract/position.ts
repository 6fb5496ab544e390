/** A position as decimal digits, without what `Number` would also take: "", "0x10", "1e3", " 7". */
export function parsePosition(text: string): number | undefined {
  const position = Number(text)
  return /^(0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(position)
    ? position
    : undefined
}
