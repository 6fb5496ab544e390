import { describe, expect, test } from '@jest/globals'
import { parsePosition } from './position.ts'
import { Problem } from './problem.ts'
import { Query } from './query.ts'

const NAMES = ['many', 'one', 'other']

function mistakes(search: string, read: (query: Query) => void = () => {}): unknown {
  const query = new Query(search, NAMES, ['many'])
  read(query)
  try {
    query.check()
  } catch (error) {
    if (error instanceof Problem) return [error.type, error.errors]
    throw error
  }
  return 'none'
}

describe('a query', () => {
  test('gives every value of a repeatable parameter, and the value of another', () => {
    const query = new Query('many=b&one=7&many=a', NAMES, ['many'])
    expect(query.all('many')).toEqual(['b', 'a'])
    expect(query.one('one', parsePosition, 'a position')).toBe(7)
    expect(query.one('other', parsePosition, 'a position')).toBe(undefined)
    expect(() => query.check()).not.toThrow()
  })

  test('is refused with all its mistakes at once, and repeats nothing that was sent', () => {
    expect(
      mistakes('one=1&one=1&secret=2&other=x', (query) => {
        query.one('other', parsePosition, 'a position')
        query.mistake('many', 'required')
      }),
    ).toEqual([
      'invalid-parameter',
      [
        { pointer: '#/one', detail: 'given more than once' },
        { pointer: '#', detail: 'unknown parameter; allowed: many, one, other' },
        { pointer: '#/other', detail: 'expected a position' },
        { pointer: '#/many', detail: 'required' },
      ],
    ])
  })

  test.each(['', 'many=1&many=1', 'one=&other='])(
    'without a mistake is not refused: %j',
    (search) => {
      expect(mistakes(search)).toBe('none')
    },
  )

  test('knows no parameter by the name of a property of all objects', () => {
    expect(mistakes('__proto__=1&constructor=2')).toMatchObject([
      'invalid-parameter',
      [{ pointer: '#' }, { pointer: '#' }],
    ])
  })
})
