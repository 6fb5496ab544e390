import type { Bytes } from './bytes.ts'

/**
 * The body of an answer of HTTP/1.1, part by part and without its chunks. Returns whether it came to its own end, so that
 * another answer may follow.
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

/** The same bytes as the body of an answer with this head. */
export function encode(head: string, part: Buffer): Buffer {
  if (!/^transfer-encoding: *chunked\r$/im.test(head)) return part
  return Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
}

/** What ends such a body before the connection ends. */
export function ending(head: string): string {
  return /^transfer-encoding: *chunked\r$/im.test(head) ? '0\r\n\r\n' : ''
}
