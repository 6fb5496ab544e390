import type { Place } from './place.ts'

/** What Redis has of a log: every message above `low` and up to the place. Its text is also the watermark. */
export interface Extent extends Place {
  epoch: string
  low: number
}

/** In front of `Number.MAX_SAFE_INTEGER` there are 16 digits. */
const TEXT = /^([a-z0-9]{1,16}) (\d{1,16}) ([0-9a-f-]{36}|-) (\d{1,16})$/

/** `<epoch> <position> <id or -> <low>` */
export function parseExtent(text: string): Extent | undefined {
  const [, epoch, position, id, low] = TEXT.exec(text) ?? []
  if (epoch === undefined || id === undefined) return undefined
  return {
    epoch,
    position: Number(position),
    id: id === NO_ID ? '' : id,
    low: Number(low),
  }
}

export function formatExtent({ epoch, position, id, low }: Extent): string {
  return `${epoch} ${position} ${id === '' ? NO_ID : id} ${low}`
}

const NO_ID = '-'
