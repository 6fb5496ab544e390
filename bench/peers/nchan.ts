import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../stack/ports.ts'
import { waitForHttp } from '../../stack/probes.ts'
import { serverEnv } from '../../stack/server.ts'
import type { Testbed } from '../testbed.ts'
import { childrenOf } from '../machine/process.ts'
import type { Running, Target } from '../target.ts'
import { openLobby, peerSpec } from './peer.ts'

/** Nchan inside Debian's nginx, with one worker and messages in its own memory: its fastest way. */
export const nchan: Target = { name: 'Nchan', start }

async function start(testbed: Testbed): Promise<Running> {
  const port = await freePort()
  const dir = testbed.folder('nchan')
  mkdirSync(dir, { recursive: true })
  const config = join(dir, 'nginx.conf')
  writeFileSync(config, configuration(dir, port))
  const child = await testbed.serve(
    peerSpec({
      name: 'nchan',
      command: { command: 'nginx', args: ['-e', 'stderr', '-p', dir, '-c', config] },
      probe: () => waitForHttp(`http://127.0.0.1:${port}/alive`, 200),
    }),
  )
  const [worker = 0] = childrenOf(child.pid ?? 0)
  return {
    pid: worker,
    load: { port, path: '/events/lobby' },
    publisher: () => openLobby({ port, path: '/publish/lobby', body: (json) => json }),
    stop: () => child.stop(),
  }
}

/** The folder in which Debian's nginx looks for modules. */
function modulesPath(): string {
  const build = execFileSync('sh', ['-c', 'nginx -V 2>&1'], {
    encoding: 'utf8',
    env: serverEnv(),
  })
  return /--modules-path=(\S+)/.exec(build)?.[1] ?? '/usr/lib/nginx/modules'
}

/**
 * This module makes nginx insist on its built-in folder for bodies, below /var/lib, whatever is configured. Only root may make that
 * folder, so root's master runs as root.
 */
function configuration(dir: string, port: number): string {
  const user = process.getuid?.() === 0 ? 'user nobody nogroup;' : ''
  return `
load_module ${modulesPath()}/ngx_nchan_module.so;
daemon off;
${user}
pid "${dir}/nginx.pid";
error_log stderr error;
worker_processes 1;
worker_rlimit_nofile 20000;
events { worker_connections 19900; multi_accept on; }
http {
  access_log off;
  client_body_temp_path "${dir}/body";
  proxy_temp_path "${dir}/proxy";
  fastcgi_temp_path "${dir}/fastcgi";
  uwsgi_temp_path "${dir}/uwsgi";
  scgi_temp_path "${dir}/scgi";
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  # The body of a message is small: it stays in memory.
  client_body_buffer_size 16k;
  nchan_shared_memory_size 512M;
  server {
    listen 127.0.0.1:${port} backlog=65535;
    location = /alive { return 200; }
    location ~ ^/publish/(.+)$ {
      nchan_publisher;
      nchan_channel_id $1;
      nchan_message_buffer_length 500;
      nchan_message_timeout 10m;
    }
    location ~ ^/events/(.+)$ {
      nchan_subscriber eventsource;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
    }
  }
}
`
}
