import type { IngestLimitsOptions } from '../../ingest/ingestLimits.ts'
import type { Opened } from './disposables.ts'
import { type IngestServer, ingestServer } from './ingestServer.ts'
import type { TestIssuer } from './testIssuer.ts'

/** An ingest's limits, and what else it has. */
export type Limits = [
  limits: Partial<IngestLimitsOptions>,
  others?: { maxBodyBytes?: number; issuer?: TestIssuer },
]

/** An ingest behind one proxy that has these limits and no others, until the end of the test file. */
export async function limitedIngest(
  opened: Opened,
  databaseUrl: string,
  ...[limits, others = {}]: Limits
): Promise<IngestServer> {
  const ingest = await ingestServer(databaseUrl, {
    limits: { proxyHops: 1, ...limits },
    ...others,
  })
  opened.add(() => ingest.close())
  return ingest
}

/** The header by which the proxy names a client's address. */
export const from = (address: string): Record<string, string> => ({ 'X-Forwarded-For': address })

/** How many requests a limit has refused. */
export async function limited(ingest: IngestServer, limit: string): Promise<number | undefined> {
  const metric = ingest.registry.getSingleMetric('causeway_limited_total')
  const { values } = (await metric?.get()) ?? { values: [] }
  return values.find(({ labels }) => labels['limit'] === limit)?.value
}
