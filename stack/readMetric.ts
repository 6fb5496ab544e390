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
  const lines = (await response.text()).split('\n')
  if (!lines.some((line) => line.startsWith(`# TYPE ${name} `))) {
    throw new Error(`${metricsUrl} has no metric ${name}`)
  }
  return lines
    .filter((line) => /^[{ ]/.test(line.slice(name.length)) && line.startsWith(name))
    .filter((line) => line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
