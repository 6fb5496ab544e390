import { SourceHub } from './sourceHub.ts'
import type { SourceRequest } from './sourceRequest.ts'
import type { News } from './streamState.ts'

interface Opened {
  what: string
  signal: AbortSignal
  put: (news: News) => void
}

/** A hub whose real sources the test plays. `told` has what was told, in short: `a,b m5`. */
export function hub() {
  const opened: Opened[] = []
  const told: string[] = []
  const sources = new SourceHub({
    read: ({ by, channels, presence, signals, since, signal, put }) => {
      const more =
        presence.length + signals.length > 0 ? ` ${presence.join('+')}/${signals.join('+')}` : ''
      opened.push({ what: `${by} ${channels.join('+')} ${since}${more}`, signal, put })
    },
    tell: (ids, news) => told.push(`${ids.join(',')} ${short(news)}`),
    now: () => Date.now(),
  })
  const ask = (id: string, channel: string, since: string, more: Partial<SourceRequest> = {}) =>
    sources.open({
      id,
      by: 'stream',
      channels: [channel],
      presence: [],
      signals: [],
      since,
      again: false,
      ...more,
    })
  const open = () => opened.filter(({ signal }) => !signal.aborted).map(({ what }) => what)
  const put = (news: News) => opened.at(-1)?.put(news)
  return { sources, opened, told, ask, open, put }
}

function short(news: News): string {
  if (news.is === 'message') return `m${news.message.position}`
  if (news.is === 'ready') return `ready ${news.ready.position}`
  if (news.is === 'presence') return `presence ${JSON.stringify(news.presence)}`
  return news.is === 'ended' ? `ended ${news.problem?.type ?? news.reason}` : news.is
}
