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
  return (
    (data['nginx.conf'] ?? '')
      .replaceAll(`server ${release}-ingest:8080`, `server 127.0.0.1:${to.ingest}`)
      // What gateways.sh writes if nginx cannot ask for the pods, as Debian's cannot.
      .replace(
        'include /tmp/gateways.conf;',
        `server 127.0.0.1:${to.gateway} max_fails=0;`.repeat(2),
      )
      .replaceAll(`server ${release}-account:8080`, `server 127.0.0.1:${to.account}`)
      .replaceAll('listen 0.0.0.0:8080', `listen 127.0.0.1:${to.http}`)
      .replaceAll('listen [::]:8080', `listen [::1]:${to.http}`)
      .replace('listen 0.0.0.0:8081', `listen 127.0.0.1:${to.status}`)
      .replace('listen [::]:8081', `listen [::1]:${to.status}`)
  )
}
