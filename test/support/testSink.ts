import type { Item } from '../../gateway/hub/replayBuffer.ts'
import type { Sink } from '../../gateway/hub/sink.ts'

export const itemOf = (channel: string, position: number, previous: number): Item => ({
  channel,
  position,
  previous,
})

/** A stream's sink that records its events, each with the id from which its reader would resume. */
export function testSink<I extends Item>(name: string, told: string[]): Sink<I> {
  const tell = (text: string): void => void told.push(`${name}: ${text}`)
  return {
    ready: ({ position, complete, channels }, at) => {
      const heads = Object.entries(channels).map(
        ([channel, { head, low }]) =>
          `${channel}:${head}${low === undefined ? '' : ` above ${low}`}`,
      )
      if (position !== at.position) tell(`is told two places, ${position} and ${at.position}`)
      tell(`${complete ? 'ready' : 'incomplete'} at ${at.toString()}, ${heads.join(' ')}`)
    },
    send: ({ items }) => tell(items.map((one) => one.channel + one.position).join(' ')),
    gap: ({ channel, after, before, reason }, at) =>
      tell(`${channel} lacks ${after + 1}-${before - 1}, ${reason}, at ${at.toString()}`),
    reset: (reason, at) => tell(`reset, ${reason}, at ${at.toString()}`),
    end: (reason, at) => tell(`end, ${reason}, at ${at?.toString() ?? 'its old place'}`),
    drained: () => Promise.resolve(),
  }
}
