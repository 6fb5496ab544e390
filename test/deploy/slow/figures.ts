import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type FigureName,
  readFigures,
  renderFigures,
  writeFigures,
} from '../../../deploy/generate/deployFigures.ts'
import { describeSystem } from '../../../bench/machine/system.ts'
import { fillMarked } from '../../../bench/report/markdown.ts'
import { ROOT } from '../../../stack/root.ts'
import { tell } from './paths.ts'

const FIGURES = join(ROOT, 'docs/deploy-figures.json')
const PAGE = join(ROOT, 'docs/deploy.md')

/** Prints what was measured, and writes it to docs/deploy-figures.json and docs/deploy.md. Call it after all checks passed. */
export function record(name: FigureName, measured: Record<string, number>): void {
  const shown = Object.entries(measured).map(([unit, value]) => `${value} ${unit}`)
  tell(`${name}: ${shown.join(', ')}`)
  const figures = readFigures(FIGURES)
  figures[name] = { measured, finishedAt: new Date().toISOString(), commit: commit(), machine }
  writeFigures(FIGURES, figures)
  writeFileSync(PAGE, fillMarked(readFileSync(PAGE, 'utf8'), 'figures', renderFigures(figures)))
}

/** To one decimal: a single measurement is not more exact. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

const { Machine: machine = '' } = describeSystem()

/** With `-dirty` if anything but the figures has changed since. */
function commit(): string {
  const own = [':!docs/deploy-figures.json', ':!docs/deploy.md']
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', ...own)
  return git('rev-parse', '--short', 'HEAD') + (changed === '' ? '' : '-dirty')
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
}
