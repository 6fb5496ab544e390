import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from '../stack/root.ts'

const NOT_OURS = new Set(['node_modules', 'dist', '.stack', '.git'])
const files = new Set(filesBelow(''))
const names = new Set([...files].map((file) => basename(file)))
const pages = [...files].filter((file) => /^(README\.md|docs\/[^/]+\.md)$/.test(file))
const { scripts }: { scripts: object } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
)

test('the README links to more than ten pages', () => {
  expect(linksOf(readFileSync(join(ROOT, 'README.md'), 'utf8')).length).toBeGreaterThan(10)
})

describe.each(pages)('%s', (page) => {
  const whole = readFileSync(join(ROOT, page), 'utf8')
  const text = whole.replaceAll(/^```.*?^```/gms, '')

  test(`every link of ${page} leads to a file and a heading that exist`, () => {
    const own = linksOf(text).filter((link) => !/^[a-z]+:/.test(link))
    expect(own.filter((link) => !leadsSomewhere(page, link))).toEqual([])
  })

  test(`every source file that ${page} names exists`, () => {
    const named = [...text.matchAll(/`([\w./-]+\.(?:ts|mjs|sh))`/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !files.has(name) && !names.has(name))).toEqual([])
  })

  test('names no npm script and no path to test that is not there', () => {
    const named = [...whole.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(
      ([, name = '']) => name,
    )
    expect(named.filter((name) => !(name in scripts))).toEqual([])
    const paths = [...whole.matchAll(/npm test -- (\w[\w./]*)/g)].map(([, path = '']) => path)
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#', 2)
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(ROOT, target))) return false
  if (anchor === undefined) return true
  const headings = readFileSync(join(ROOT, target), 'utf8').match(/^#+ .+$/gm) ?? []
  return headings.some((heading) => toAnchor(heading) === anchor)
}

/** Makes an anchor as code hosts do: lower case, no punctuation, hyphens for blanks. */
function toAnchor(heading: string): string {
  const words = heading.replace(/^#+ /, '').toLowerCase()
  return words.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (!entry.isDirectory()) return [path]
    return NOT_OURS.has(entry.name) ? [] : filesBelow(path)
  })
}
