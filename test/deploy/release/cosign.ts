import type { Lack } from '../tools/tools.ts'

/** The cosign that install.mjs built. */
export const cosignPath = process.env['CAUSEWAY_COSIGN'] ?? ''

export const cosignLack: Lack =
  cosignPath === ''
    ? 'there is no cosign: npm run test:deploy -- --release builds it, with Go'
    : undefined
