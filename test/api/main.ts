import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_LIMITS } from '../../stack/limits.ts'
import { startStack } from '../../stack/stack.ts'
import { adminToken } from './adminToken.ts'
import { installSchemathesis, runSchemathesis } from './schemathesis.ts'

/** The options of `npm run test:api`, already checked. */
interface ApiOptions {
  examples: number
  seed: number
  /** The folder for schemathesis, outside of the repository. */
  cache: string
  rest: string[]
}

const ENVIRONMENT = {
  ...NO_LIMITS,
  SIGN_INS_PER_ACCOUNT: '0',
  // A stream has no end that a program could wait for: so nearly all are told at once to come back later.
  STREAMS_PER_MINUTE: '1',
  MAX_STREAM_SECONDS: '10',
  // The token of the run lasts as long as one may.
  TOKEN_SECONDS: '3600',
}

/** Starts a stack of its own and checks it. The exit code is 1 if an answer was not as described. */
export async function main({ cache, ...options }: ApiOptions): Promise<void> {
  const lack = installSchemathesis(cache)
  if (lack !== undefined) return void process.stdout.write(`skipped: ${lack}\n`)
  const dir = mkdtempSync(join(tmpdir(), 'causeway-api-'))
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort(new Error('stopped')))
  }
  const stack = await startStack({
    dir,
    // Browsers take passkeys for a name only.
    host: 'localhost',
    auth: 'required',
    oidc: true,
    env: () => ENVIRONMENT,
    signal: stopping.signal,
  })
  try {
    const token = await adminToken(stack)
    const code = await runSchemathesis({ ...options, cache, origin: stack.origin, token })
    if (code !== 0) process.exitCode = 1
  } finally {
    await stack.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}
