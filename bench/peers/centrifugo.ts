import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../stack/ports.ts'
import { waitForHttp } from '../../stack/probes.ts'
import type { Testbed } from '../testbed.ts'
import type { Running, Target } from '../target.ts'
import { openLobby, peerSpec } from './peer.ts'

/** Centrifugo with messages in its own memory: its fastest way. */
export function centrifugo(program: string): Target {
  return {
    name: 'Centrifugo',
    start: (testbed) => start(testbed, program, { type: 'memory' }),
  }
}

/** Centrifugo with messages over Redis, as several nodes of it share them. */
export function centrifugoOnRedis(program: string): Target {
  return {
    name: 'Centrifugo on Redis',
    start: (testbed) => {
      const redis = { address: [testbed.urls.redisUrl], prefix: testbed.fresh('centrifugo') }
      return start(testbed, program, { type: 'redis', redis })
    },
  }
}

async function start(testbed: Testbed, program: string, engine: object): Promise<Running> {
  const [port, privatePort] = await Promise.all([freePort(), freePort()])
  const dir = testbed.folder('centrifugo')
  mkdirSync(dir, { recursive: true })
  const config = join(dir, 'config.json')
  writeFileSync(config, JSON.stringify(configuration(port, privatePort, engine)))
  const child = await testbed.serve(
    peerSpec({
      name: 'centrifugo',
      command: { command: program, args: ['-c', config] },
      probe: () => waitForHttp(`http://127.0.0.1:${privatePort}/health`, 200),
    }),
  )
  const subscribe = encodeURIComponent('{"subs":{"lobby":{}}}')
  return {
    pid: child.pid ?? 0,
    load: { port, path: `/connection/uni_sse?cf_connect=${subscribe}`, readyEvent: true },
    publisher: () =>
      openLobby({
        port: privatePort,
        path: '/api/batch',
        body: (json) => `{"publish":{"channel":"lobby","data":${json}}}`,
        // Not "parallel": commands in parallel would lose their order.
        batch: (commands) => `{"commands":[${commands.join(',')}]}`,
      }),
    stop: () => child.stop(),
  }
}

/** History, recovery and presence are off by default; no token is needed. */
function configuration(port: number, privatePort: number, engine: object): object {
  return {
    http_server: {
      address: '127.0.0.1',
      port,
      internal_address: '127.0.0.1',
      internal_port: String(privatePort),
    },
    log: { level: 'error' },
    engine,
    client: { insecure: true, allow_anonymous_connect_without_token: true },
    channel: {
      without_namespace: { allow_subscribe_for_anonymous: true, allow_subscribe_for_client: true },
    },
    http_api: { insecure: true },
    uni_sse: { enabled: true },
    health: { enabled: true },
    usage_stats: { disabled: true },
  }
}
