const WITHIN_MS = 3_000

/**
 * Reads a metric from the private address of one process: the sum of all its values whose labels contain `labels`, 0 if there are none.
 * @throws if the process does not answer, or has no metric of that name
 */
export async function readMetric(
  metricsUrl: string | undefined,
  name: string,
  labels = '',
): Promise<number> {
  const response = await fetch(`${metricsUrl}/metrics`, { signal: AbortSignal.timeout(WITHIN_MS) })
  const text = await response.text()
  if (!text.includes(`# TYPE ${name} `)) throw new Error(`${metricsUrl} has no metric ${name}`)
  const samples = [...text.matchAll(new RegExp(`^${name}(\\{.*\\})? (\\S+)`, 'gm'))]
  return samples
    .filter(([, found = '']) => found.includes(labels))
    .reduce((sum, [, , value]) => sum + Number(value), 0)
}
