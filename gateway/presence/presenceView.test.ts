import { beforeEach, describe, expect, test } from '@jest/globals'
import { PresenceView } from './presenceView.ts'

let refused: string[]
let view: PresenceView

beforeEach(() => {
  refused = []
  view = new PresenceView('a', (sealed) => {
    const [id = '', name = ''] = sealed.split(' ')
    if (id !== 'forged') return { id, name }
    refused.push(name)
    return undefined
  })
})

/** The data of the event for a stream that was told this version. */
const dataFor = (version: number): unknown =>
  JSON.parse(view.textFor(version).replace(/^event:presence\ndata:(.*)\n\n$/s, '$1'))

const ALICE = { id: 'alice', name: 'Alice' }
const BOB = { id: 'bob', name: 'Bob' }

describe('what streams are told of a channel', () => {
  test('is everybody first, and then what has changed', () => {
    view.take(1, ['alice Alice'])
    expect([view.publish(), view.version]).toEqual([true, 1])
    expect(dataFor(0)).toEqual({ channel: 'a', count: 1, people: [ALICE] })
    view.take(1, ['bob Bob'])
    view.publish()
    expect(dataFor(1)).toEqual({ channel: 'a', count: 1, joined: [BOB], left: ['alice'] })
    // A stream that missed one is told all again.
    expect(dataFor(0)).toEqual({ channel: 'a', count: 1, people: [BOB] })
  })

  test('is nothing if all changes are undone again before it is told', () => {
    view.take(1, ['alice Alice'])
    view.publish()
    view.take(2, ['alice Alice', 'bob Bob'])
    view.take(1, ['alice Alice'])
    expect([view.publish(), view.version]).toEqual([false, 1])
  })

  test('is only a number if there are too many, and everybody when there are not any more', () => {
    view.take(1, ['alice Alice'])
    view.publish()
    view.take(500, undefined)
    view.publish()
    expect(dataFor(1)).toEqual({ channel: 'a', count: 500 })
    view.take(500, undefined)
    expect(view.publish()).toBe(false)
    view.take(1, ['bob Bob'])
    view.publish()
    expect(dataFor(2)).toEqual({ channel: 'a', count: 1, people: [BOB] })
  })

  test('has each person once, under the name that is known until that is gone', () => {
    view.take(1, ['alice Alice'])
    view.publish()
    view.take(2, ['alice Alice', 'alice Alicia'])
    expect([view.publish(), view.whole?.count]).toEqual([false, 1])
    view.take(1, ['alice Alicia'])
    view.publish()
    expect(dataFor(1)).toEqual({
      channel: 'a',
      count: 1,
      joined: [{ id: 'alice', name: 'Alicia' }],
      left: [],
    })
  })

  test('has nobody whose text is forged, and such a text is reported once', () => {
    view.take(2, ['alice Alice', 'forged Mallory'])
    view.take(2, ['alice Alice', 'forged Mallory'])
    view.publish()
    expect([dataFor(0), refused]).toEqual([
      { channel: 'a', count: 1, people: [ALICE] },
      ['Mallory'],
    ])
  })
})
