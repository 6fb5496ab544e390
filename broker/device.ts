import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { readAccessTable } from '../chassis/auth/access.ts'
import { BrokerControl } from '../chassis/broker/control.ts'
import { Devices, type Rights } from '../chassis/broker/devices.ts'
import { within } from '../chassis/deadline.ts'
import { createLogger } from '../chassis/logger.ts'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import { parsePrincipal } from '../contract/principal.ts'
import { LogReader } from '../history/logReader.ts'

const HELP = `npm run device -- <command>: users of the MQTT broker for devices, and for services that are not Causeway's own.

  add device:NAME     makes the user, and prints its password once; a user that is there gets a new password
                      --group NAME (also several) puts it into groups
  remove device:NAME  ends its connection and removes it
  list                names them all
  follow              gives each the rights that its grants give it now; account does so by itself, if it has MQTT_URL

What a user may read and write follows from its grants, on a broker that runs. Read: subscribe to
PREFIX/channels/...; write: publish to PREFIX/publish-as/NAME/..., with a grant for {sub} also to PREFIX/publish/.... The user is also
the one client id that it may have. docs/mqtt.md shows how to post.

Environment:
  MQTT_URL, DATABASE_URL  the broker, as its user account, and the database; default: those of the stack that runs
  MQTT_PREFIX             the prefix of the topics (default causeway)
  STACK                   the folder of that stack (default .stack)
`

/** `npm run device`. It exits with 2 if it does not understand, and with 1 if the broker or the database refuses. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { group: { type: 'string', multiple: true, default: [] }, help: { type: 'boolean' } },
  })
  const [command = '', principal = '', ...rest] = positionals
  const isKnown = ['add', 'remove'].includes(command)
    ? ['device', 'service'].includes(parsePrincipal(principal)?.kind ?? '')
    : ['list', 'follow'].includes(command) && principal === ''
  if (values.help === true || !isKnown || rest.length > 0) {
    process.stdout.write(HELP)
    process.exitCode = values.help === true ? 0 : 2
    return
  }
  const { mqttUrl, databaseUrl } = addresses()
  const client = connectMqtt(mqttUrl, 'causeway-device', createLogger('device', 'warn'))
  try {
    await within(5_000, 'to reach the broker', new Promise((done) => client.once('connect', done)))
    const devices = new Devices(new BrokerControl(client), process.env.MQTT_PREFIX || 'causeway')
    if (command === 'remove') await devices.remove(principal)
    else if (command === 'follow') await devices.follow(() => readRights(databaseUrl))
    else if (command === 'list') {
      for (const device of await devices.list()) {
        process.stdout.write(`${[device.principal, ...device.groups].join(' ')}\n`)
      }
    } else {
      const password = randomBytes(32).toString('base64url')
      const device = { principal, groups: values.group }
      await devices.put(device, password, await readRights(databaseUrl))
      process.stdout.write(`${password}\n`)
    }
  } finally {
    await endMqtt(client, 1_000)
  }
}

function addresses(): { mqttUrl: string; databaseUrl: string } {
  const { MQTT_URL, DATABASE_URL, STACK = '.stack' } = process.env
  if (MQTT_URL && DATABASE_URL) return { mqttUrl: MQTT_URL, databaseUrl: DATABASE_URL }
  const file = JSON.parse(readFileSync(`${STACK}/stack.json`, 'utf8'))
  return z.object({ mqttUrl: z.string(), databaseUrl: z.string() }).parse(file)
}

/** What the access table says now. */
async function readRights(databaseUrl: string): Promise<Rights> {
  const log = new LogReader({ databaseUrl, logId: 0, connections: 1, onError: () => {} })
  try {
    return await readAccessTable((after, limit) => log.accessChanges(after, limit))
  } finally {
    await log.close()
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`device: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
