import { renderConfig } from '../../dist/stack/template.js'

/** `node edgeConfig.mjs <target>`: nginx's configuration for where the services are found by name, as under Compose. */
const [target = ''] = process.argv.slice(2)
// Twice: what was not yet sent, and GETs, may go to another server of a list, and a name that stands for several is one entry.
const servers = (name) => Array(2).fill(`server ${name}:8080 max_fails=0;`).join('\n    ')
renderConfig('nginx.conf.template', target, {
  // The one folder that nginx writes to: mount a tmpfs there.
  RUN_DIR: '/tmp',
  ACCESS_LOG: '/dev/stdout',
  STATIC_DIR: '/srv/causeway',
  TRUSTED_PROXIES: '',
  WORKER_CONNECTIONS: '16384',
  LISTEN: '0.0.0.0:8080',
  STATUS_LISTEN: '0.0.0.0:8081',
  INGEST_SERVERS: servers('ingest'),
  GATEWAY_SERVERS: servers('gateway'),
})
