import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { ROOT } from '../../../stack/root.ts'
import { HELMS, run } from '../tools/tools.ts'
import { ownCluster } from './ownCluster.ts'
import { lowestDuring } from './lowest.ts'
import { clusterLack } from './paths.ts'
import { AT_ONCE, Release } from './release.ts'

const CHART_FOLDER = 'charts/causeway'

/** Values of each chart with which it is installed, and which the first ones did not have yet. */
const VALUES = 'ci/small-values.yaml'

/** Two charts of before, by their commits: the first, and that before the newest change. */
function earlierCharts(): { age: string; commit: string }[] {
  const [, previous = ''] = commitsOf('--', CHART_FOLDER)
  const first = commitsOf('--diff-filter=A', '--', `${CHART_FOLDER}/${VALUES}`).at(-1) ?? previous
  return [
    { age: 'previous', commit: previous },
    { age: 'first', commit: first },
  ]
}

/** The commits that `git log` names, the newest first. */
function commitsOf(...args: string[]): string[] {
  return run('git', ['-C', ROOT, 'log', '--format=%H', ...args])
    .trim()
    .split('\n')
}

describeUnless(clusterLack)('an upgrade', () => {
  const cluster = ownCluster()
  const folder = mkdtempSync(join(tmpdir(), 'causeway-charts-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Writes the chart of a commit into a folder, and returns its path. */
  function chartOf(commit: string): string {
    const tar = join(folder, `${commit}.tar`)
    run('git', ['-C', ROOT, 'archive', `--output=${tar}`, commit, CHART_FOLDER])
    run('mkdir', ['-p', join(folder, commit)])
    run('tar', ['-xf', tar, '-C', join(folder, commit)])
    return join(folder, commit, CHART_FOLDER)
  }

  test.each(earlierCharts().flatMap((each) => HELMS.map((helm) => ({ ...each, helm }))))(
    'from the $age chart by $helm, and the way back, never have fewer pods ready than before',
    async ({ age, commit, helm }) => {
      const release = await Release.open(cluster, `upgrade-${age}-${helm}`, helm)
      const chart = chartOf(commit)
      const old = join(chart, VALUES)
      await release.upgrade({ chart, valuesFile: old })
      const before = await release.podIds()
      const lowest = await lowestDuring(cluster, release.namespace, async () => {
        // Other text than that of the old chart in each pod, so that all are replaced.
        await release.upgrade({ set: [...AT_ONCE, 'commonLabels.upgraded=yes'] })
        const after = await release.podIds()
        expect(before.filter((id) => after.includes(id))).toEqual([])
        await release.rollback()
      })
      for (const component of ['ingest', 'bridge', 'gateway', 'edge']) {
        expect(lowest.get(`causeway-${component}`)).toEqual({ wanted: 2, ready: 2 })
      }
    },
  )
})
