import { join } from 'node:path'
import { formatAddress, parseAddress } from '../../../chassis/address.ts'
import { postgres } from '../../../stack/postgres.ts'
import { runSql, withDatabase } from '../../../stack/sql.ts'
import type { Stack } from '../../../stack/stack.ts'

const DATABASE = 'causeway'

/** The addresses of the servers of Postgres that a layout names, each with the spare one as a second host. */
export function withSpare(layout: NodeJS.ProcessEnv, port: number): NodeJS.ProcessEnv {
  const addresses = Object.entries(layout).filter(([name]) => name.startsWith('DATABASE_URL_'))
  return Object.fromEntries(
    addresses.map(([name, address = '']) => {
      const parsed = parseAddress(address, 5_432)
      if (parsed === undefined) throw new Error(`${name} is no address`)
      const { url, hosts } = parsed
      return [name, formatAddress({ url, hosts: [...hosts, { host: '127.0.0.1', port }] })]
    }),
  )
}

/** Starts the spare Postgres, with an empty database, and returns the administrator's address of that. */
export async function startSpare(stack: Stack, port: number): Promise<string> {
  const name = 'postgres-spare'
  const { url } = await stack.start(await postgres({ dir: join(stack.dir, name), port, name }))
  if (url === undefined) throw new Error('the spare Postgres has no address')
  await runSql(url, `create database ${DATABASE}`)
  return withDatabase(url, DATABASE)
}
