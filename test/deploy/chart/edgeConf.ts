import { get, named, type Profile, renderChart } from './render.ts'

/** Ports of 127.0.0.1: the two that nginx listens on, and those that stand for the Services behind it. */
export interface EdgePorts {
  http: number
  status: number
  ingest: number
  gateway: number
  account: number
}

/** nginx.conf as the chart renders it, with this machine's addresses instead of a cluster's. */
export async function edgeConf(
  profile: Profile,
  to: EdgePorts,
  args: string[] = [],
): Promise<string> {
  const objects = await renderChart(profile, args)
  const name = objects.find(({ metadata }) => metadata.name.endsWith('-edge'))?.metadata.name ?? ''
  const data = get<Record<string, string>>(named(objects, 'ConfigMap', name), 'data')
  const release = name.replace(/-edge$/, '')
  return (data['nginx.conf'] ?? '')
    .replaceAll(`server ${release}-ingest:8080`, `server 127.0.0.1:${to.ingest}`)
    .replaceAll(`server ${release}-gateway:8080`, `server 127.0.0.1:${to.gateway}`)
    .replaceAll(`server ${release}-account:8080`, `server 127.0.0.1:${to.account}`)
    .replace('listen 0.0.0.0:8080', `listen 127.0.0.1:${to.http}`)
    .replace('listen 0.0.0.0:8081', `listen 127.0.0.1:${to.status}`)
}
