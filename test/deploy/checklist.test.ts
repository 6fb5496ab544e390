import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ROOT } from '../../stack/root.ts'

const PAGE = join(ROOT, 'docs/deploy-checklist.md')
const page = readFileSync(PAGE, 'utf8')

test('the checklist has every point once, with where it is met and what shows it', () => {
  const rows = page.split('\n').filter((line) => /^\| \d/.test(line))
  const cells = rows.map((row) => row.split(' | ').map((cell) => cell.replaceAll('|', '').trim()))
  expect(cells.map(([number]) => Number(number))).toEqual(
    Array.from({ length: 38 }, (_, at) => at + 1),
  )
  for (const row of cells) {
    expect(row).toHaveLength(4)
    expect(row.filter((cell) => cell === '')).toEqual([])
  }
})

test('the checklist names files that exist', () => {
  const links = [...page.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = '']) => link)
  expect(links.length).toBeGreaterThan(38)
  expect(links.filter((link) => !existsSync(join(dirname(PAGE), link)))).toEqual([])
})
