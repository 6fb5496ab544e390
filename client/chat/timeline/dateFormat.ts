const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const OTHER_YEAR = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' })

export function clockTime(date: Date): string {
  return CLOCK.format(date)
}

export function fullTime(date: Date): string {
  return FULL.format(date)
}

export function dayName(date: Date, now: Date): string {
  // By calendar and not by 24 hours: yesterday may have had 23 or 25 hours.
  const midnight = (offset: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + offset).getTime()
  const time = date.getTime()
  if (time >= midnight(0) && time < midnight(1)) return 'Today'
  if (time >= midnight(-1) && time < midnight(0)) return 'Yesterday'
  return (date.getFullYear() === now.getFullYear() ? DAY : OTHER_YEAR).format(date)
}
