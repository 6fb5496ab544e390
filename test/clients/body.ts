import type { Bytes } from './bytes.ts'

/**
 * The body of an HTTP/1.1 response, part by part and without its chunk lines. Returns whether it was complete, so that another
 * response may follow.
 */
export async function* readBody(head: string, bytes: Bytes): AsyncGenerator<Buffer, boolean> {
  if (/^transfer-encoding: *chunked\r$/im.test(head)) return yield* readChunks(bytes)
  const length = /^content-length: *(\d+)\r$/im.exec(head)?.[1]
  if (length === undefined) {
    for (let part = await bytes.some(); part !== undefined; part = await bytes.some()) yield part
    return false
  }
  const whole = await bytes.exactly(Number(length))
  if (whole !== undefined) yield whole
  return whole !== undefined
}

async function* readChunks(bytes: Bytes): AsyncGenerator<Buffer, boolean> {
  for (;;) {
    const size = Number.parseInt(String(await bytes.until('\r\n')), 16)
    const chunk = Number.isNaN(size) ? undefined : await bytes.exactly(size + 2)
    if (chunk === undefined) return false
    if (size === 0) return true
    yield chunk.subarray(0, size)
  }
}

/** Encodes bytes for the body of a response with this head. */
export function encode(head: string, part: Buffer): Buffer {
  if (!/^transfer-encoding: *chunked\r$/im.test(head)) return part
  return Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
}

/** The bytes that end such a body before the connection ends. */
export function ending(head: string): string {
  return /^transfer-encoding: *chunked\r$/im.test(head) ? '0\r\n\r\n' : ''
}
