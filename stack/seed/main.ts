import { progressLine } from './progress.ts'
import { seed, type SeedOptions } from './seed.ts'

/** Seeds, and shows how far it is: in one line on a terminal, else in a line for each batch. */
export async function main(options: Omit<SeedOptions, 'onProgress'>): Promise<void> {
  const { stderr } = process
  let began: { head: number; at: number } | undefined
  const onProgress = (head: number): void => {
    began ??= { head, at: performance.now() }
    const seconds = (performance.now() - began.at) / 1_000
    const line = progressLine(head, options.messages, began.head, seconds)
    stderr.write(stderr.isTTY ? `\r\u001B[Kseed: ${line}` : `seed: ${line}\n`)
  }
  await seed({ ...options, onProgress })
  stderr.write(stderr.isTTY ? '\nseed: done\n' : 'seed: done\n')
}
