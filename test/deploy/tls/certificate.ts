import { readFileSync } from 'node:fs'
import { run } from '../tools/tools.ts'

/** What a TLS server needs, in PEM. */
export interface Certificate {
  cert: Buffer
  key: Buffer
}

/** Makes a self-signed certificate for two days, as `base`.crt and `base`.key. `name` is such as DNS:localhost or IP:127.0.0.1. */
export function makeCertificate(base: string, name: string): Certificate {
  const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ')
  const subject = ['-subj', '/CN=causeway', '-addext', `subjectAltName=${name}`]
  run('openssl', ['req', ...kind, ...subject, '-keyout', `${base}.key`, '-out', `${base}.crt`])
  return { key: readFileSync(`${base}.key`), cert: readFileSync(`${base}.crt`) }
}
