import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from '../stack/root.ts'

/** A name that means nothing any more. `only` is where it was one; elsewhere the word may be plain English. */
interface Retired {
  word: string
  say: string
  only: string
  except: string
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const RETIRED: Retired[] = read('test/retiredNames.csv')
  .trim()
  .split('\n')
  .slice(1)
  .map((row) => {
    const [word = '', say = '', only = '', except = ''] = row.split(',')
    return { word, say, only, except }
  })

// Build output and other people's code; and migrations, which nobody may change once they have run somewhere.
const NOT_OURS =
  /(^|\/)(node_modules|dist|build|\.git|\.stack|__pycache__|target)$|^prisma\/(client|migrations)$/
// Measured, and kept as it was measured. The lock file holds other people's names.
const DATA = /^docs\/benchmarks\.json$|package-lock\.json$/
const TEXT =
  /(\.(tsx?|mjs|js|c|h|go|py|rs|java|groovy|sh|sql|prisma|css|html|md|json|ya?ml|tpl|txt|template|toml)|file|\/run)$/

const FILES = filesBelow('').filter((path) => TEXT.test(path) && !DATA.test(path))
const TEXTS = new Map(FILES.map((path) => [path, read(path)]))

describe('the names', () => {
  test.each(RETIRED)('"$word" stands nowhere in the tree: say "$say"', (retired) => {
    const found = [...TEXTS].flatMap(([path, text]) => findRetired(retired, path, text))
    expect(found).toEqual([])
  })

  // If the search found nothing here, it would find nothing in the tree either.
  test.each(RETIRED)('"$word" is found in each form that it can have', (retired) => {
    const { word, only } = retired
    const forms = /^[a-z ]+$/.test(word)
      ? [word, `${word}s`, `const ${camelCase(word)}Size = 1`, `THE_${upperCase(word)}`]
      : [`import './${word}`, `  ${word}`]
    for (const form of forms) {
      expect(findRetired(retired, `${only}a.ts`, `\n${form} x`)).toEqual([`${only}a.ts:2`])
    }
    expect(findRetired(retired, `${only}a.ts`, `x${word}x`)).toEqual([])
  })

  test('a retired name is found across the end of a line, and in the name of a file', () => {
    const retired = { word: 'one two', say: 'three', only: '', except: 'one two/' }
    expect(findRetired(retired, 'a.ts', ' * one\n * two')).toEqual(['a.ts:1'])
    expect(findRetired(retired, 'oneTwo.ts', '')).toEqual(['oneTwo.ts:0'])
    expect(findRetired(retired, 'a.ts', 'one two/three')).toEqual([])
  })

  test('a name that was retired in one folder may stand in another', () => {
    const retired = { word: 'one', say: 'two', only: 'bench/', except: '' }
    expect(findRetired(retired, 'stack/a.ts', 'one')).toEqual([])
  })
})

/** Where a retired name stands: `path:line`, with line 0 for the path itself. */
function findRetired({ word, only, except }: Retired, path: string, text: string): string[] {
  if (!path.startsWith(only)) return []
  const isName = /^[a-z ]+$/.test(word)
  const pattern = isName
    ? new RegExp(`(?<![a-z0-9])${word.replaceAll(' ', '[\\s*/#]+')}(?:e?s)?(?![a-z0-9])`, 'g')
    : new RegExp(`(?<!\\w)${word.replaceAll(/[.(]/g, '\\$&')}(?:(?<=\\()|(?!\\w))`, 'g')
  // The path is line 0 of its text.
  const all = `${path}\n${text}`
  const allowed = except === '' ? all : all.replaceAll(new RegExp(except, 'g'), '')
  const searched = isName ? splitWords(allowed) : allowed
  return [...searched.matchAll(pattern)].map(
    ({ index }) => `${path}:${searched.slice(0, index).split('\n').length - 1}`,
  )
}

/** `twoWords`, `TWO_WORDS` and `two-words` as "two words". */
function splitWords(text: string): string {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase()
}

const camelCase = (words: string): string =>
  words.replaceAll(/ ([a-z])/g, (_match, letter: string) => letter.toUpperCase())
const upperCase = (words: string): string => words.replaceAll(' ', '_').toUpperCase()

const GENERATED = ['docs/benchmarks.md', 'docs/reliability.md']
const PAGES = FILES.filter(
  (path) => /^(README|CHANGELOG|docs\/[^/]+)\.md$/.test(path) && !GENERATED.includes(path),
)
const MOST_WORDS = 25

describe.each(PAGES)('the sentences of %s', (page) => {
  const sentences = sentencesOf(read(page))

  test(`are of at most ${MOST_WORDS} words`, () => {
    expect(sentences.filter((sentence) => countWords(sentence) > MOST_WORDS)).toEqual([])
  })

  test('have a subject that is no clause with "who" or "what"', () => {
    // A sentence that ends in a colon or a question mark may begin with "what"; a cell of a table, too: it is a heading.
    expect(
      sentences.filter((each) => /^(Who|What)(ever)?\b[^?:]*\.$|^who(ever)?\b/.test(each)),
    ).toEqual([])
  })
})

describe('a sentence', () => {
  test('ends at a full stop before a capital, at the end of a cell, an item or a paragraph', () => {
    const text =
      '# A title.\n\nOne. Two,\nstill two.\n\n- Three\n- [Four](x.md) `a. B`.\n\n| five | Six. Seven |\n'
    expect(sentencesOf(text)).toEqual([
      'One.',
      'Two, still two.',
      'Three',
      'Four code.',
      'five',
      'Six.',
      'Seven',
    ])
  })

  test('is not looked for in code and in what programs write', () => {
    const text = '```sh\nOne.\n```\n\n<!-- begin x -->\n\nTwo.\n\n<!-- end x -->\n\nThree.\n'
    expect(sentencesOf(text)).toEqual(['Three.'])
  })
})

/** The sentences of a page in Markdown, without headings, code and the blocks that programs write; code words as "code". */
function sentencesOf(page: string): string[] {
  const blocks = page
    .replaceAll(/^ *```.*?^ *```$/gms, '')
    .replaceAll(/<!-- (?:begin )?(\w+) -->.*?<!-- (?:end |\/)\1 -->/gs, '')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/`[^`]*`/g, 'code')
    .replaceAll(/^#.*$/gm, '')
    .replaceAll(/^\|[ |:-]*\|$/gm, '')
    // Cells and items are blocks of their own.
    .replaceAll(/^\|(.*)\|$/gm, (_row, cells: string) => `\n${cells.split(' | ').join('\n\n')}\n`)
    .replaceAll(/^ *(?:-|\d+\.) /gm, '\n\n')
    .split(/\n\s*\n/)
  return blocks
    .flatMap((block) =>
      block
        .replaceAll(/\*\*|_/g, '')
        .trim()
        .split(/(?<=[.!?]["”)]?)\s+(?=["“(]?[\p{Lu}\d]|code)/u),
    )
    .map((sentence) => sentence.replaceAll(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '')
}

function countWords(sentence: string): number {
  return sentence.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

/** Paths of all files of ours below a folder, from the root. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (!entry.isDirectory()) return [path]
    return NOT_OURS.test(path) ? [] : filesBelow(path)
  })
}
