import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** `node prune.mjs node_modules`: takes away what no service loads. The images' test runs the whole system on what is left. */

/** Of Prisma's engines for six databases, in two sizes and two module systems each, one is loaded. */
const PRISMA = /^@prisma\/client\/(generator-build|scripts|runtime\/(query_compiler|wasm-compiler))/
const PRISMA_KEPT = /\/query_compiler_fast_bg\.postgresql(\.wasm-base64)?\.mjs$/
/** Types, source maps, sources and words for developers. Licenses stay: they demand it. */
const FOR_DEVELOPERS = /\.(ts|mts|cts|map|md|markdown|flow)$|\.test\.c?js$|(^|\/)(@types|tests?)\//
const LICENSE = /(^|\/)(licen[cs]e|notice|copying)/i
/** A bundle for browsers, which Node's resolution never picks. */
const FOR_BROWSERS = /^mqtt\/dist\//

const [root = ''] = process.argv.slice(2)
for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
  if (!entry.isFile()) continue
  const path = join(entry.parentPath ?? entry.path, entry.name)
  const name = path.slice(root.length + 1)
  if (isNeedless(name)) rmSync(path)
}

function isNeedless(name) {
  if (LICENSE.test(name)) return false
  if (PRISMA.test(name)) return !PRISMA_KEPT.test(name)
  return FOR_DEVELOPERS.test(name) || FOR_BROWSERS.test(name)
}
