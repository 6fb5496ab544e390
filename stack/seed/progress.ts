/** A line that says how far something is: `[#####·····] 50 % · 500 of 1,000 · 100/s · 0:05 left`. Rate and rest are left out at first. */
export function progressLine(done: number, total: number, began: number, seconds: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const bar = '#'.repeat(Math.floor(share * WIDTH)).padEnd(WIDTH, '·')
  const parts = [
    `[${bar}] ${Math.floor(share * 100)} %`,
    `${grouped(done)} of ${grouped(total)} messages`,
  ]
  const rate = (done - began) / seconds
  if (rate > 0 && Number.isFinite(rate)) {
    const left = Math.ceil(Math.max(0, total - done) / rate)
    const rest = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left`
    parts.push(`${grouped(Math.round(rate))}/s`, rest)
  }
  return parts.join(' · ')
}

const WIDTH = 30

function grouped(value: number): string {
  return value.toLocaleString('en-US')
}
