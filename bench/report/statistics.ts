/** The middle value, or the mean of the two in the middle; NaN if there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const high = sorted[Math.floor(middle)] ?? NaN
  return Number.isInteger(middle) ? (high + (sorted[middle - 1] ?? NaN)) / 2 : high
}

/** Three significant digits, with separated thousands: 1,230,000 · 45.6 · 0.078. */
export function format(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  const rounded = Number(value.toPrecision(3))
  return rounded.toLocaleString('en-US', { maximumFractionDigits: Math.min(digits, 6) })
}

/** `median (least–most)`, or the only value. */
export function formatSpread(values: readonly number[]): string {
  const middle = format(median(values))
  if (values.length < 2) return middle
  return `${middle} (${format(Math.min(...values))}–${format(Math.max(...values))})`
}

/** The value that this share (0 to 1) of the values does not exceed; NaN if there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}
