/** Reads a position in decimal digits. Undefined for the other texts that `Number` takes: "", "0x10", "1e3", " 7". */
export function parsePosition(text: string): number | undefined {
  const position = Number(text)
  return /^(0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(position)
    ? position
    : undefined
}
