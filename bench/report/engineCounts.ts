/** What jest writes with `--json`, as far as it is needed here. */
interface Results {
  testResults: readonly {
    status: string
    assertionResults: readonly { ancestorTitles: readonly string[]; status: string }[]
  }[]
}

interface Count {
  name: string
  passed: number
  failed: number
}

const SHARED = 'between engines, and pictures'

/**
 * Of each engine, how many tests of docs/chat.md passed and failed. A file that did not load counts as a failure. Tests that are of
 * no engine alone come last.
 */
export function engineCounts({ testResults }: Results): Count[] {
  const counts = new Map<string, Count>()
  const count = (name: string, status: string): void => {
    const known = counts.get(name) ?? { name, passed: 0, failed: 0 }
    if (status === 'passed') known.passed += 1
    if (status === 'failed') known.failed += 1
    counts.set(name, known)
  }
  for (const { assertionResults, status } of testResults) {
    if (status === 'failed' && assertionResults.length === 0) count(SHARED, 'failed')
    for (const { ancestorTitles, status: own } of assertionResults)
      count(/^in (\w+)$/.exec(ancestorTitles[0] ?? '')?.[1] ?? SHARED, own)
  }
  const rank = ({ name }: Count) => Number(name === SHARED)
  return [...counts.values()].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
}
