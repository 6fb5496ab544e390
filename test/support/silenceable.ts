import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Opened } from './disposables.ts'

/** A way to Redis that can fall silent without closing, as a cable that is pulled. */
export async function silenceable(
  opened: Opened,
  url: string,
): Promise<{ url: string; silence: () => void }> {
  const { port } = new URL(url)
  let silent = false
  const pairs: Socket[] = []
  const proxy = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1')
    pairs.push(near, far)
    near.on('data', (chunk) => void (silent || far.write(chunk)))
    far.on('data', (chunk) => void (silent || near.write(chunk)))
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {})
      one.on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  opened.add(() => {
    for (const socket of pairs) socket.destroy()
    proxy.close()
  })
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  const way = new URL(url)
  way.port = String(address.port)
  return { url: way.href, silence: () => void (silent = true) }
}
