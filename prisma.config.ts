import { defineConfig } from 'prisma/config'

/** Only `prisma generate` reads this; at run time the address comes from the service's configuration. */
export default defineConfig({ schema: 'prisma/schema.prisma' })
