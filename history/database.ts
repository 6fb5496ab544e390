import { Prisma, PrismaClient } from '../prisma/client/client.ts'
import { createDriver, type PoolOptions } from './pool.ts'

export { Prisma }
export type Database = PrismaClient

/** Prisma's client over a pool of its own. */
export function openDatabase(options: PoolOptions): Database {
  return new PrismaClient({ adapter: createDriver(options) })
}
