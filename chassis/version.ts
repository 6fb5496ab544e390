import { existsSync, readFileSync } from 'node:fs'

/** The version in package.json. */
export const VERSION = readVersion()

function readVersion(): string {
  // One folder up from the source, two from the compiled file.
  const file = ['../package.json', '../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find((path) => existsSync(path))
  if (file === undefined) return 'unknown'
  const { version }: { version?: string } = JSON.parse(readFileSync(file, 'utf8'))
  return version ?? 'unknown'
}
