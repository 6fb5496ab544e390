import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** `node prune.mjs node_modules`: removes what no service loads. The images' test runs the whole system on the rest. */

/** Prisma has engines for six databases, each in two sizes and two module systems. The services load one. */
const PRISMA = /^@prisma\/client\/(generator-build|scripts|runtime\/(query_compiler|wasm-compiler))/
const PRISMA_KEPT = /\/query_compiler_fast_bg\.postgresql(\.wasm-base64)?\.mjs$/
/** Types, source maps, sources and texts for developers. Licenses stay, because they demand it. */
const FOR_DEVELOPERS = /\.(ts|mts|cts|map|md|markdown|flow)$|\.test\.c?js$|(^|\/)(@types|tests?)\//
const LICENSE = /(^|\/)(licen[cs]e|notice|copying)/i
/** A bundle for browsers, which Node never resolves to. */
const FOR_BROWSERS = /^mqtt\/dist\//

const [root = ''] = process.argv.slice(2)
for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
  if (!entry.isFile()) continue
  const path = join(entry.parentPath ?? entry.path, entry.name)
  const name = path.slice(root.length + 1)
  if (isUnused(name)) rmSync(path)
}

function isUnused(name) {
  if (LICENSE.test(name)) return false
  if (PRISMA.test(name)) return !PRISMA_KEPT.test(name)
  return FOR_DEVELOPERS.test(name) || FOR_BROWSERS.test(name)
}
