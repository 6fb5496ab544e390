import type { Entry } from '../contract/message.ts'
import type { Pool } from './pool.ts'

/** Between texts and hits. No text keeps one: nobody can write what looks like a hit. */
const START = '\u0002'
const END = '\u0003'
/** As many characters as the search looks at. */
const MAX_LENGTH = 100_000

interface Highlighting {
  language: string
  /** In the syntax of `to_tsquery`. */
  exact: string
  entries: readonly Entry[]
}

/** For each message an excerpt of the texts in its data, in parts: those with odd numbers match. */
export async function highlight(
  pool: Pool,
  { language, exact, entries }: Highlighting,
): Promise<string[][]> {
  if (entries.length === 0) return []
  const texts = entries.map(({ json }) => textOf(dataOf(json)))
  const rows = await pool.query<{ excerpt: string }>(EXCERPTS, [language, exact, texts])
  return rows.map(({ excerpt }) => excerpt.replaceAll(END, START).split(START))
}

function dataOf(json: string): unknown {
  const message: { data: unknown } = JSON.parse(json)
  return message.data
}

/** All strings in some data, without marks. */
function textOf(data: unknown): string {
  const texts: string[] = []
  const add = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(add)
  }
  add(data)
  return texts
    .join(' ')
    .replaceAll(START, ' ')
    .replaceAll(END, ' ')
    .slice(0, MAX_LENGTH)
    .toWellFormed()
}

const EXCERPTS = `
  select ts_headline($1::regconfig, t."text", to_tsquery($1::regconfig, $2::text),
    'StartSel=${START}, StopSel=${END}, MaxWords=40, MinWords=20') as "excerpt"
  from unnest($3::text[]) with ordinality as t("text", "number") order by t."number"`
