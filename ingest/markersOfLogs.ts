import type { Marker } from '../history/markers.ts'
import type { MarkerTable } from '../history/markerTable.ts'
import type { Unread, Wanted } from '../history/unread.ts'
import { groupBy } from './groupBy.ts'

export interface LogOfMarkers {
  markers: Pick<MarkerTable, 'unread' | 'marks'>
}

/** The logs, and which of them a channel belongs to. */
export interface LogsOfMarkers {
  all: ReadonlyMap<number, LogOfMarkers>
  logOf: (channel: string) => number
}

/** What is unread on channels of any logs; each log is asked once, for all of its own. */
export async function unreadOf(
  logs: LogsOfMarkers,
  reader: string,
  markers: readonly Marker[],
): Promise<Unread[]> {
  const ask = ({ markers: table }: LogOfMarkers, own: Marker[]) => table.unread(reader, own)
  return (await Promise.all(byLog(logs, markers, ask))).flat()
}

/** Where markers on channels of any logs are to stand. */
export async function marksOf(logs: LogsOfMarkers, wanted: readonly Wanted[]): Promise<Marker[]> {
  return (await Promise.all(byLog(logs, wanted, askMarks))).flat()
}

const askMarks = ({ markers: table }: LogOfMarkers, own: Wanted[]) => table.marks(own)

function byLog<Item extends { channel: string }, T>(
  { all, logOf }: LogsOfMarkers,
  items: readonly Item[],
  ask: (log: LogOfMarkers, own: Item[]) => Promise<T>,
): Promise<T>[] {
  return [...groupBy(items, ({ channel }) => logOf(channel))].flatMap(([id, own]) => {
    const log = all.get(id)
    return log === undefined ? [] : [ask(log, own)]
  })
}
