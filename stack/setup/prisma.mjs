import { readFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { print } from './print.mjs'
import { runNode } from './run.mjs'
import { unlessMade } from './stamp.mjs'

const INPUTS = ['prisma/schema.prisma', 'node_modules/prisma/package.json']

/** `prisma generate` if the client is missing or was made from another schema or by another Prisma. */
export function generateClient() {
  const inputs = INPUTS.map((path) => readFileSync(inRoot(path), 'utf8')).join('')
  unlessMade(inRoot('prisma/client/.causeway-schema'), inputs, () => {
    print("generating Prisma's client")
    runNode('prisma/build/index.js', ['generate'], {
      isQuiet: true,
      env: {
        ...process.env,
        // Prisma's command line downloads this engine at start, though generating needs none. Any existing file stops that.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    })
  })
}
