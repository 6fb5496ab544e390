import { ChannelLogs } from '../../contract/channelLogs.ts'
import { markdownTable } from '../report/markdown.ts'

const CHANNELS = 100_000
const LOGS = [1, 4, 16, 64]
/** Exponents of Zipf's law: how much busier the busiest channels are than the rest. Words and web pages have 1. */
const SKEWS = [0, 0.8, 1]

/** The busiest log's share of the load if channels are spread over N logs as Causeway does it. */
export function busiestShare(logs: number, skew: number): number {
  const load = new Float64Array(logs)
  const channelLogs = new ChannelLogs([...load.keys()], [])
  let total = 0
  for (let channel = 1; channel <= CHANNELS; channel++) {
    const weight = channel ** -skew
    const log = channelLogs.logOf(`rooms.${channel}`)
    load[log] = (load[log] ?? 0) + weight
    total += weight
  }
  return Math.max(...load) / total
}

/** The share of the busiest log, and how many times one log's load they all carry together, as a table in Markdown. */
export function renderLogs(): string {
  const head = [
    'logs',
    ...SKEWS.map((skew) => (skew === 0 ? 'all channels alike' : `Zipf ${skew}`)),
  ]
  const rows = LOGS.map((logs) => [
    String(logs),
    ...SKEWS.map((skew) => {
      const share = busiestShare(logs, skew)
      return `${(share * 100).toFixed(1)} % → ${(1 / share).toFixed(1)} ×`
    }),
  ])
  return markdownTable(head, rows, (column) => column > 0)
}
