import { availableParallelism } from 'node:os'
import { busyTime, processorTimeWithEnded } from '../../../bench/machine/process.ts'
import { processTree } from '../../../bench/machine/processTree.ts'

const EVERY_MS = 1_000
/** Of the processors. The kernel itself, and whatever idles, takes a few hundredths. */
const MUCH = 0.15
/** One may be a mistake of the sums: a process that ends is counted a moment later. */
const FEW_SECONDS = 2

interface Reading {
  at: number
  busy: number
  ours: number
}

/** Measures what other programs take from the processors: then it is their work, not ours, that makes us late. */
export class OtherWork {
  readonly #timer: NodeJS.Timeout
  readonly #shares: { at: number; share: number }[] = []
  #last = read()

  constructor() {
    this.#timer = setInterval(() => this.#measure(), EVERY_MS)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Their largest share of the processors in a second since then; undefined if it was never much. */
  muchSince(from: number): number | undefined {
    const much = this.#shares.filter(({ at, share }) => at >= from && share > MUCH)
    return much.length < FEW_SECONDS ? undefined : Math.max(...much.map(({ share }) => share))
  }

  #measure(): void {
    const [before, now] = [this.#last, read()]
    this.#last = now
    if (before === undefined || now === undefined) return
    const others = now.busy - before.busy - Math.max(0, now.ours - before.ours)
    const processors = (availableParallelism() * (now.at - before.at)) / 1_000
    this.#shares.push({ at: now.at, share: others / processors })
  }
}

/** Undefined on a system without /proc. */
function read(): Reading | undefined {
  try {
    const ours = processTree(process.pid).reduce((sum, pid) => sum + timeOf(pid), 0)
    return { at: Date.now(), busy: busyTime(), ours }
  } catch {
    return undefined
  }
}

function timeOf(pid: number): number {
  try {
    return processorTimeWithEnded(pid)
  } catch {
    // It has just ended; its parent has its time in a moment.
    return 0
  }
}
