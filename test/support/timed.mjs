import { print } from '../../stack/setup/print.mjs'

/** Prints how long a part took and, if it has one, its exit code, which it returns. */
export async function timed(name, part) {
  const began = performance.now()
  print(`${name} ...`)
  const code = await part()
  const seconds = Math.round((performance.now() - began) / 1_000)
  const end = code === undefined ? 'done' : `ended with exit code ${code}`
  print(`${name}: ${end} after ${seconds} s`)
  return code
}
