import { freePort } from '../../stack/ports.ts'
import { Proxy } from '../faults/rig/proxy.ts'
import { Random } from '../model/random.ts'
import type { Opened } from './disposables.ts'

/** A way to Redis that can fall silent without closing, as a cable that is pulled. */
export async function silenceable(
  opened: Opened,
  url: string,
): Promise<{ url: string; silence: () => Promise<void> }> {
  const way = new URL(url)
  const proxy = new Proxy({
    name: 'redis',
    port: await freePort(),
    targetPort: Number(way.port),
    random: new Random(1),
  })
  await proxy.open()
  opened.add(() => proxy.close())
  way.port = String(proxy.port)
  return { url: way.href, silence: () => proxy.set({ kind: 'blackhole' }) }
}
