import { lackOf } from '../support/lackOf.ts'
import { openChromium } from './chromium.ts'
import { ENGINES, type Engine, type EngineName } from './engine.ts'
import { FIREFOX, openFirefox } from './firefox.ts'
import { openWebkit, WEBKIT_PROGRAMS } from './webkit.ts'

const OPEN: Record<EngineName, () => Promise<Engine>> = {
  chromium: openChromium,
  firefox: openFirefox,
  webkit: openWebkit,
}
const NEEDS: Record<EngineName, string[]> = {
  chromium: [],
  firefox: [FIREFOX],
  webkit: WEBKIT_PROGRAMS,
}

/** The engines that `BROWSERS` names, `chromium` without it; one that is not installed is left out with a word. */
export const engineNames: readonly EngineName[] = ENGINES.filter((name) => {
  const wanted = (process.env['BROWSERS'] ?? 'chromium').split(',')
  if (!wanted.includes(name)) return false
  const lack = lackOf(...NEEDS[name])
  if (lack !== undefined) process.stderr.write(`skipped: ${name}: ${lack}\n`)
  return lack === undefined
})

export function openEngine(name: EngineName): Promise<Engine> {
  return OPEN[name]()
}
