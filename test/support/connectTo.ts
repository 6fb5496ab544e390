import { connect, type Socket } from 'node:net'
import { connect as connectByTls } from 'node:tls'

/** A bare connection to the host of a URL, by TLS for https. It can be written to at once. `ca`: whom to trust instead of the usual. */
export function connectTo(url: string, ca?: string): Socket {
  const { protocol, hostname: host, port } = new URL(url)
  const to = { host, port: Number(port), noDelay: true }
  return protocol === 'https:' ? connectByTls({ ...to, ...(ca && { ca }) }) : connect(to)
}
