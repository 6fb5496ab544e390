import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { codeOf } from './errors.ts'

/** The paths of a server's files, in PEM. */
export interface Certificate {
  cert: string
  key: string
  /** The authority that signed it: who has this can check the server. */
  authority: string
}

/** A certificate authority for this machine only. */
export interface Authority {
  cert: string
  /** For NODE_EXTRA_CA_CERTS: this authority and those that ours names, because Node reads one file only. */
  trusted: string
  /** Makes a key and a certificate in a server's own folder. */
  issue: (folder: string) => Certificate
}

const NEW_KEY = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'.split(' ')
/**
 * Their names must not depend on the system's own configuration of openssl. The nodes of a Redis Cluster are each other's clients.
 */
const CONFIG = `[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = IP:127.0.0.1, IP:::1, DNS:localhost, DNS:${hostname()}
`

/**
 * Made at the first start, and kept, so that a browser has to trust it only once. Certificates are new at each start. `others`: a file
 * of further authorities, of servers that are someone else's.
 */
export function openAuthority(dir: string, others = process.env.NODE_EXTRA_CA_CERTS): Authority {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const [key, cert, config] = [join(dir, 'ca.key'), join(dir, 'ca.crt'), join(dir, 'openssl.cnf')]
  writeFileSync(config, CONFIG)
  if (!existsSync(cert)) {
    const self = ['-x509', '-days', '3650', '-extensions', 'authority', '-config', config]
    const name = ['-subj', '/CN=Causeway on this machine']
    openssl(['req', ...self, ...NEW_KEY, ...name, '-keyout', key, '-out', cert])
  }
  const trusted = join(dir, 'trusted.crt')
  writeFileSync(
    trusted,
    [cert, ...(others ? [others] : [])].map((file) => readFileSync(file)).join('\n'),
  )
  return {
    cert,
    trusted,
    issue: (folder) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const own = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key'), authority: cert }
      const request = join(folder, 'tls.csr')
      const name = ['-subj', '/CN=localhost', '-config', config]
      openssl(['req', '-new', ...NEW_KEY, ...name, '-keyout', own.key, '-out', request])
      const serial = ['-set_serial', `0x${randomBytes(16).toString('hex')}`, '-days', '397']
      const extensions = ['-extfile', config, '-extensions', 'server']
      const signer = ['-CA', cert, '-CAkey', key]
      openssl([
        'x509',
        '-req',
        '-in',
        request,
        ...signer,
        ...serial,
        ...extensions,
        '-out',
        own.cert,
      ])
      return own
    },
  }
}

function openssl(args: string[]): void {
  try {
    execFileSync('openssl', args, { stdio: 'pipe' })
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause
    throw new Error(
      '--secure needs openssl, to make certificates. Install it, then run this again.',
      {
        cause,
      },
    )
  }
}
