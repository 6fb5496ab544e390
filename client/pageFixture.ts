import { existsSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { transformSync } from '@swc/core'
import type { Browser, Page } from 'playwright-core'
import type { FakeLog } from './logFixture.ts'
import { type FixtureServer, serve } from './serverFixture.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript',
}

/** Serves the page from its sources, with the calls of the chat answered by a log. */
export function servePage(log: FakeLog): Promise<FixtureServer> {
  return serve((request, response, url) => {
    const path = url.pathname === '/' ? '/client/index.html' : url.pathname
    if (/^\/(client|contract)\//.test(path)) sendFile(response, path.replace(/\.js$/, '.ts'))
    else log.answer(request, response, url)
  })
}

function sendFile(response: ServerResponse, path: string): void {
  const file = new URL(`..${path}`, import.meta.url)
  if (!existsSync(file)) return void response.writeHead(404).end()
  const source = readFileSync(file, 'utf8')
  const isScript = extname(path) === '.ts'
  const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } } as const
  const body = isScript ? transformSync(source, options).code : source
  response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'text/plain' }).end(body)
}

/** The page in a browser profile of its own. What does not happen within five seconds fails by its name. */
export async function openPage(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 900, height: 600 },
  })
  context.setDefaultTimeout(5_000)
  const page = await context.newPage()
  await page.goto(address)
  return page
}
