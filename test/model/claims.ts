import { parseEventId, type EventId } from '../../contract/eventId.ts'
import { formatLogIds, parseLogIds } from '../../contract/logIds.ts'

/** What an id says of one log; an id without logs is of the one that its stream is over. */
export function placeIn(id: string | undefined, log: number): EventId | undefined {
  if (id === undefined) return undefined
  const ids = parseLogIds(id)
  return ids === undefined ? parseEventId(id) : ids.get(log)
}

/** An ablation: the id with the places of all other logs as the gateway has them, whatever the stream was sent. */
export function claimAll(
  id: string,
  own: number,
  seen: (log: number) => { epoch: string; wholeTo: number },
): string {
  const ids = parseLogIds(id)
  if (ids === undefined) return id
  const claimed = [...ids].map(([log, place]): [number, EventId] => {
    const { epoch, wholeTo } = seen(log)
    return [log, log === own || epoch !== place.epoch ? place : { epoch, position: wholeTo }]
  })
  return formatLogIds(new Map(claimed))
}
