import { existsSync, readFileSync } from 'node:fs'

/** The version in package.json, which lies one folder up from the source and two from the compiled file. */
export function readVersion(): string {
  const file = ['../package.json', '../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find((path) => existsSync(path))
  if (file === undefined) return 'unknown'
  const { version }: { version?: string } = JSON.parse(readFileSync(file, 'utf8'))
  return version ?? 'unknown'
}
