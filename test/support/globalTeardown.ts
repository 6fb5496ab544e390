import { rm } from 'node:fs/promises'

export default async function globalTeardown(): Promise<void> {
  await globalThis.causewayTestServers?.stop()
  const dir = process.env.CAUSEWAY_TEST_DIR
  if (dir !== undefined) await rm(dir, { recursive: true, force: true })
}
