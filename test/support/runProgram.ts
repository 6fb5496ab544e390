import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:http'

/** Runs a program to its end; `output` is standard output, then standard error. It never rejects. */
export function runProgram(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const child = execFile(command, args, { env: { ...process.env, ...env } }, (_e, out, err) =>
      done({ code: child.exitCode ?? 1, output: out + err }),
    )
  })
}

/** Starts a server on a free port of 127.0.0.1 and resolves to its origin. */
export async function originOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return `http://127.0.0.1:${address.port}`
}

export const DIGEST = `sha256:${'7'.padStart(64, '0')}`
export const IMAGE = `registry.example.org/team/causeway@${DIGEST}`
