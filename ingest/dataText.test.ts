import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openSql, type Sql } from '../test/support/testLog.ts'
import { readDataText } from './dataText.ts'

const opened = disposables()
let sql: Sql

beforeAll(async () => {
  sql = openSql(await testDatabase(), opened)
})

/** Whether a cast to jsonb takes each of these texts: Postgres itself is asked. */
async function fits(texts: string[]): Promise<boolean[]> {
  const quoted = texts.map((text) => `'${text.replaceAll("'", "''")}'`)
  const rows = await sql<{ fits: boolean }>(
    `select pg_input_is_valid(t, 'jsonb') as "fits"
     from unnest(array[${quoted.join()}]::text[]) with ordinality as u(t, n) order by n`,
  )
  return rows.map((row) => row.fits)
}

const isTaken = (data: string): boolean => 'text' in readDataText(`{"data":${data}}`)

describe('data are taken if and only if the database can look into them', () => {
  const numbers = [
    ['whole digits', [131_071, 131_072, 131_073].map((count) => `1e${count - 1}`)],
    ['whole digits, in a larger coefficient', ['123e131069', '123e131070']],
    ['whole digits written out', ['9'.repeat(131_072), '9'.repeat(131_073)]],
    ['whole digits behind the point', ['0.001e131074', '0.001e131075', '0.001e131076']],
    ['decimals', ['1e-16383', '1e-16384', '0.1e-16382', '0.1e-16383', '10e-16384']],
    ['decimals written out', [`0.${'0'.repeat(16_382)}1`, `0.${'0'.repeat(16_383)}1`]],
    ['zeros', ['0e131073', '0e-16384', '-0', '0.0', `0.${'0'.repeat(16_384)}`, '0e999999']],
    [
      'exponents',
      [
        '0e1073741823',
        '0e1073741824',
        '0e2147483646',
        '0e2147483647',
        '0e2147483648',
        '1e-2147483648',
        `0e${'9'.repeat(30)}`,
      ],
    ],
  ] as const
  test.each(numbers)('with %s at their limit', async (_what, texts) => {
    const signed = texts.flatMap((text) => (text.startsWith('-') ? [text] : [text, `-${text}`]))
    expect(signed.map(isTaken)).toEqual(await fits([...signed]))
  })

  test('with text of every kind', async () => {
    const texts = [
      '\\u0000',
      'a\\u0000b',
      '\\\\u0000',
      '\\ud800',
      '\\ud83d\\ude00',
      '\\udc00\\ud800',
      'ü',
    ]
    const data = texts.flatMap((text) => [`"${text}"`, `["${text}"]`, `{"${text}":1}`])
    expect(data.map(isTaken)).toEqual(await fits(data))
  })
})
