import { renderConfig } from '../../dist/stack/template.js'

/** `node edgeConfig.mjs <target>`: writes nginx's configuration for Compose, which finds services by their names. */
const [target = ''] = process.argv.slice(2)
// Twice: nginx tries the next server of its list for GETs and unsent requests, and a name of several containers is one entry.
const servers = (name) => Array(2).fill(`server ${name}:8080 max_fails=0;`).join('\n    ')
renderConfig('nginx.conf.template', target, {
  // The one folder that nginx writes to: mount a tmpfs there.
  RUN_DIR: '/tmp',
  ACCESS_LOG: '/dev/stdout',
  STATIC_DIR: '/srv/causeway',
  TRUSTED_PROXIES: '',
  // Compose's own names of it; its port is published to this machine only, where it is localhost.
  HOSTS: 'edge',
  HSTS: '',
  MAX_BODY_BYTES: '65536',
  // As in the chart's values: seen from the edge, everybody on this machine has the address of the network's gateway.
  STREAMS_PER_CLIENT: '1000',
  STREAMS_PER_SECOND: '50',
  REQUESTS_PER_CLIENT: '100',
  REQUESTS_PER_SECOND: '200',
  SIGN_INS_PER_SECOND: '20',
  WORKER_CONNECTIONS: '16384',
  OPEN_FILES: '17408',
  // In the 512 MB that Compose gives it; charts/causeway/templates/_refuse.tpl has the arithmetic.
  STREAM_CAPACITY: '14700',
  LISTEN: '0.0.0.0:8080',
  // Compose's network has no IPv6.
  LISTEN_V6: '',
  // The front does that.
  TLS: '',
  STATUS_LISTEN: '0.0.0.0:8081',
  STATUS_LISTEN_V6: '',
  INGEST_SERVERS: servers('ingest'),
  GATEWAY_SERVERS: servers('gateway'),
  ACCOUNT_SERVERS: servers('account'),
})
