import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VERSION } from '../chassis/version.ts'
import { asyncApi } from './asyncapi/document.ts'
import { channels } from './channels.ts'
import { openApi } from './openapi/document.ts'
import { operations } from './operations.ts'
import { page } from './page/page.ts'

/** Writes the description of the API into the folder that the edge serves; the build runs it. */
const [folder = ''] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })

const documents = {
  openApi: openApi(operations, VERSION),
  asyncApi: asyncApi(channels, VERSION),
}
const files = {
  'openapi.json': JSON.stringify(documents.openApi),
  'asyncapi.json': JSON.stringify(documents.asyncApi),
  'index.html': page({ operations, channels, ...documents }),
}
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
