import type { z } from 'zod'
import { ChannelLogs } from '../contract/channelLogs.ts'
import { endWithMistakes, type Env } from './config.ts'
import { type LayoutLog, layoutText, parseLayoutFile } from './layoutFile.ts'

/** The variables that hold addresses, and the kind of server that each is for. */
const ADDRESSES = [
  ['DATABASE_URL', 'postgres'],
  ['DATABASE_REPLICA_URL', 'postgres'],
  ['REDIS_URL', 'redis'],
  ['MQTT_URL', 'broker'],
] as const

type Address = (typeof ADDRESSES)[number][0]

/** What it takes of a service's configuration. */
interface LayoutConfig extends Partial<Record<Address, string | undefined>> {
  LAYOUT_FILE?: string | undefined
  LOG_ID: number
}

/** A log's number, and the addresses of its servers under the names of the variables that its service has. */
export type LogServers<Config> = { id: number } & Pick<Config, Extract<keyof Config, Address>>

/** All logs, each with its servers, and which channels belong to which. */
export interface Layout<Config> {
  logs: readonly LogServers<Config>[]
  channelLogs: ChannelLogs
}

/**
 * Reads LAYOUT_FILE, and the addresses of the servers that it names: those of `b` are in DATABASE_URL_B and so on, and each is checked
 * as the plain variable is. Without a file there is one log, LOG_ID, on the plain addresses. Mistakes end the process as in
 * `readConfig`. Only `main.ts` calls it, once.
 */
export function readLayout<Config extends LayoutConfig>(
  service: string,
  schema: z.ZodObject,
  config: Config,
): Layout<Config> {
  const { env } = process
  const text = config.LAYOUT_FILE === undefined ? undefined : layoutText(config.LAYOUT_FILE)
  const parsed = parseLayout(text, config, { schema, env })
  return 'layout' in parsed ? parsed.layout : endWithMistakes(service, parsed.mistakes)
}

/** `text` is the file's; undefined: there is none. `schema` is the configuration's. */
export function parseLayout<Config extends LayoutConfig>(
  text: string | undefined,
  config: Config,
  { schema, env }: { schema: z.ZodObject; env: Env },
): { layout: Layout<Config> } | { mistakes: string[] } {
  if (text === undefined) {
    const logs = [{ ...config, id: config.LOG_ID }]
    return { layout: { logs, channelLogs: new ChannelLogs([config.LOG_ID], []) } }
  }
  const parsed = parseLayoutFile(text)
  if ('mistakes' in parsed) return parsed
  const { logs, rules } = parsed.file
  const found = logs.map((log) => addressesOf(log, schema, env))
  // A server of several logs would have its mistake told for each.
  const mistakes = new Set(found.flatMap((one) => one.mistakes))
  if (config.LOG_ID !== 0) mistakes.add('LOG_ID: expected none, because LAYOUT_FILE is set')
  if (mistakes.size > 0) return { mistakes: [...mistakes] }
  const ids = logs.map(({ id }) => id)
  return {
    layout: {
      logs: found.map(({ addresses }, index) => ({ ...config, ...addresses, id: ids[index] ?? 0 })),
      channelLogs: new ChannelLogs(ids, rules),
    },
  }
}

/** The addresses of the servers that a log names. A replica that is not set is none: the plain one is a copy of another server. */
function addressesOf(
  log: LayoutLog,
  { shape }: z.ZodObject,
  env: Env,
): { addresses: Partial<Record<Address, string | undefined>>; mistakes: string[] } {
  const addresses: Partial<Record<Address, string | undefined>> = {}
  const mistakes: string[] = []
  for (const [variable, kind] of ADDRESSES) {
    const server = log[kind]
    const field: z.ZodType<string | undefined> | undefined = shape[variable]
    if (server === undefined || field === undefined) continue
    const name = `${variable}_${server.toUpperCase()}`
    const { data, error } = field.safeParse(env[name] || undefined)
    addresses[variable] = data
    mistakes.push(...(error?.issues ?? []).map(({ message }) => `${name}: ${message}`))
  }
  return { addresses, mistakes }
}
