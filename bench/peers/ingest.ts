import { runSql } from '../../stack/sql.ts'
import type { Testbed } from '../testbed.ts'
import { fileOfPeer, serveFile } from './nodeFile.ts'

/** A server that takes posts, on the core of the server under test. */
export interface PostServer {
  name: string
  start: (testbed: Testbed) => Promise<StartedServer>
}

interface StartedServer {
  port: number
  pid: number
  stop: () => Promise<void>
}

/** The log of this peer's messages: it writes past the append, and counts positions by itself. */
const PRISMA_LOG = 1

export const ingest: PostServer = { name: 'Causeway', start: (testbed) => startIngest(testbed) }

export const withoutAppend: PostServer = {
  name: 'Causeway without the append',
  start: (testbed) => startIngest(testbed, 'ingestWithoutAppend.js'),
}

export const libraries: PostServer = {
  name: 'Express and mqtt.js alone',
  start: (testbed) => startPeer(testbed, 'expressAndMqtt.js'),
}

export const bare: PostServer = {
  name: 'bare node:http',
  start: (testbed) => startPeer(testbed, 'bareIngest.js'),
}

export const prismaCreate: PostServer = {
  name: 'one prisma.create a post',
  start: async (testbed) => {
    await prepareLog(testbed, PRISMA_LOG)
    return startPeer(testbed, 'prismaCreate.js')
  },
}

/** Makes another log, unless it is there, with room for ten million messages. */
export async function prepareLog({ urls }: Testbed, id: number): Promise<void> {
  await runSql(
    urls.databaseUrl,
    `insert into "log" ("id", "epoch") values (${id}, 'peers') on conflict do nothing;
     select add_partitions(${id}::smallint, 1, 1)`,
  )
}

async function startIngest(testbed: Testbed, peer?: string): Promise<StartedServer> {
  const spec = await testbed.service('ingest', testbed.fresh('bench'), { LOG_LEVEL: 'warn' })
  const args = peer === undefined ? spec.command.args : [fileOfPeer(peer)]
  const child = await testbed.serve({ ...spec, command: { ...spec.command, args } })
  return { port: spec.port, pid: child.pid ?? 0, stop: () => child.stop() }
}

async function startPeer(testbed: Testbed, file: string): Promise<StartedServer> {
  const { port, child } = await serveFile(testbed, file, {
    DATABASE_URL: testbed.urls.databaseUrl,
    LOG_ID: String(PRISMA_LOG),
    MQTT_URL: testbed.urls.mqttUrl,
    PREFIX: testbed.fresh('bench'),
  })
  return { port, pid: child.pid ?? 0, stop: () => child.stop() }
}
