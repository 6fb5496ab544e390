import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { SetupError, say } from './say.mjs'

/** `prisma generate` where the client is missing or older than the schema or than Prisma itself. */
export async function generateClient() {
  const client = modified('prisma/client/client.ts')
  const inputs = ['prisma/schema.prisma', 'node_modules/prisma/package.json']
  if (client !== undefined && inputs.every((path) => client > (modified(path) ?? 0))) return
  say("generating Prisma's client")
  const generated = spawnSync(
    process.execPath,
    ['node_modules/prisma/build/index.js', 'generate'],
    {
      cwd: inRoot(''),
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: {
        ...process.env,
        // Prisma's command line downloads this engine at start, though generating needs none. Naming any existing file stops it.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    },
  )
  if (generated.status === 0) return
  throw new SetupError(`prisma generate failed:\n${generated.stdout}${generated.stderr}`)
}

function modified(path) {
  return existsSync(inRoot(path)) ? statSync(inRoot(path)).mtimeMs : undefined
}
