import { Prisma, PrismaClient } from '../prisma/client/client.ts'
import { createDriver } from './pool.ts'
import type { PoolOptions } from './poolConfig.ts'

export { Prisma }
export type Database = PrismaClient

/** Prisma's client over a pool of its own. */
export function openDatabase(options: PoolOptions): Database {
  return new PrismaClient({ adapter: createDriver(options) })
}
