import { markdownTable } from '../../bench/report/markdown.ts'

/** What the chart requests for a pod by default, in cores and MiB; a test compares them with values.yaml. */
export const REQUESTS = {
  ingest: { cpu: 0.25, memory: 192 },
  bridge: { cpu: 0.25, memory: 192 },
  gateway: { cpu: 0.5, memory: 512 },
  account: { cpu: 0.1, memory: 192 },
  edge: { cpu: 0.25, memory: 512 },
}
type Component = keyof typeof REQUESTS

/** Streams of one pod: of a gateway by `streamsPerPod`, and of an edge by the chart's arithmetic with its default values. */
export const STREAMS_PER = { gateway: 10_000, edge: 31_662 }

/** Number of pods by component, for so many streams at once. Two of each at least, so that one may fail. */
export function podsFor(streams: number): Record<Component, number> {
  const holding = (each: number): number => Math.max(2, Math.ceil(streams / each))
  // Ingests follow the posts and not the streams: three spread over three zones.
  const many = streams >= 100_000 ? 3 : 2
  return {
    ingest: many,
    bridge: 2,
    gateway: holding(STREAMS_PER.gateway),
    account: many,
    edge: holding(STREAMS_PER.edge),
  }
}

/** The block of docs/deploy.md. */
export function renderCosts(): string {
  const rows = [1_000, 100_000, 1_000_000].map((streams) => {
    const pods = Object.entries(podsFor(streams)) as [Component, number][]
    const sum = (what: 'cpu' | 'memory'): number =>
      pods.reduce((total, [component, count]) => total + count * REQUESTS[component][what], 0)
    const cores = sum('cpu').toFixed(1)
    const gigabytes = (sum('memory') / 1_024).toFixed(1)
    return [
      streams.toLocaleString('en-US'),
      ...pods.map(([, count]) => String(count)),
      cores,
      `${gigabytes} GiB`,
      `${cores} × C + ${gigabytes} × M`,
    ]
  })
  const head = ['streams', ...Object.keys(REQUESTS), 'cores', 'memory', 'a month']
  return `${markdownTable(head, rows, (column) => column < 7)}\n`
}
