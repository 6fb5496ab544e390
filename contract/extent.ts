import type { Place } from './place.ts'

/** The messages of a log in Redis: all above `low` and up to the place. The published watermark is this text. */
export interface Extent extends Place {
  epoch: string
  low: number
}

/** `Number.MAX_SAFE_INTEGER` has 16 digits. */
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
