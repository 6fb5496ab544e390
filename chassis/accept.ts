/** A range of media types, in lower case. Parameters other than `q` narrow it to something that a stream is not. */
const RANGE = /^\s*(text|\*)\/(event-stream|\*)\s*(?:;\s*(?:q=([^;]*).*)?)?$/

/** Whether an Accept header allows a stream as the answer: the range that matches most closely decides (RFC 9110, 12.5.1). */
export function acceptsEventStream(accept = ''): boolean {
  // Nearly all clients send this, or nothing.
  if (accept === '' || accept === 'text/event-stream') return true
  let closest = -1
  let quality = 0
  for (const range of accept.toLowerCase().split(',')) {
    const [match, type, subtype, q = '1'] = RANGE.exec(range) ?? []
    if (match === undefined) continue
    const closeness = (type === '*' ? 0 : 2) + (subtype === '*' ? 0 : 1)
    if (closeness < closest) continue
    quality = closeness > closest ? Number.parseFloat(q) : Math.max(quality, Number.parseFloat(q))
    closest = closeness
  }
  return quality > 0
}
