import type { Place } from './place.ts'

/** What Redis has of a log: every message above `floor` and up to the place. Its text is also the beacon. */
export interface Extent extends Place {
  epoch: string
  floor: number
}

/** In front of `Number.MAX_SAFE_INTEGER` there are 16 digits. */
const TEXT = /^([a-z0-9]{1,16}) (\d{1,16}) ([0-9a-f-]{36}|-) (\d{1,16})$/

/** `<epoch> <position> <id or -> <floor>` */
export function parseExtent(text: string): Extent | undefined {
  const [, epoch, position, id, floor] = TEXT.exec(text) ?? []
  if (epoch === undefined || id === undefined) return undefined
  return {
    epoch,
    position: Number(position),
    id: id === NO_ID ? '' : id,
    floor: Number(floor),
  }
}

export function formatExtent({ epoch, position, id, floor }: Extent): string {
  return `${epoch} ${position} ${id === '' ? NO_ID : id} ${floor}`
}

const NO_ID = '-'
