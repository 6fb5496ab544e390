import { describe, expect, test } from '@jest/globals'
import { covers } from './grants.ts'
import { topicFilters } from './topicFilter.ts'

describe("a pattern's MQTT filters", () => {
  test.each([
    ['rooms.berlin', 'rooms/berlin', 'rooms/berlin'],
    ['rooms.*.alerts', 'rooms/+/alerts', 'rooms/+/alerts'],
    ['rooms.**', 'rooms/+/#', 'rooms/#'],
    ['**', '+/#', '#'],
    ['{sub}.**', 'device-t1/+/#', 'device-t1/#'],
    ['in.{sub}', 'in/device-t1', 'in/device-t1'],
  ])('of %s are %s, and %s to subscribe to', (pattern, exact, subscription) => {
    expect(topicFilters(pattern, 'device:t1')).toEqual({ exact, subscription })
  })

  test('are none for a principal without a segment of its own', () => {
    expect(topicFilters('in.{sub}', 'user:a@example.org')).toBeUndefined()
    expect(topicFilters('in.a', 'user:a@example.org')).toBeDefined()
  })

  test('match the topics of exactly the channels that the pattern matches', () => {
    const words = ['a', 'b', 'device-t1']
    const channels = words.flatMap((one) => [
      one,
      ...words.flatMap((two) => [
        `${one}.${two}`,
        ...words.map((three) => `${one}.${two}.${three}`),
      ]),
    ])
    const parts = ['a', '*', '{sub}']
    const patterns = ['**', ...parts].flatMap((one) =>
      one === '**'
        ? [one]
        : [one, ...[...parts, '**'].map((two) => `${one}.${two}`), `${one}.*.**`, `a.${one}.b`],
    )
    for (const pattern of patterns) {
      const filter = topicFilters(pattern, 'device:t1')?.exact ?? ''
      const matched = channels.filter((channel) => matches(filter, channel.replaceAll('.', '/')))
      expect([pattern, matched]).toEqual([
        pattern,
        channels.filter((channel) => covers(pattern, channel, 'device:t1')),
      ])
    }
  })
})

/** As MQTT 5 defines it (4.7). */
function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/')
  const wanted = filter.split('/')
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true
    if (levels[index] === undefined) return false
    if (level !== '+' && level !== levels[index]) return false
    // `#` stands for its parent level too.
    if (wanted[index + 1] === '#' && levels.length === index + 1) return true
  }
  return levels.length === wanted.length
}
