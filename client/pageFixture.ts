import { existsSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { transformSync } from '@swc/core'
import type { Browser, Page } from 'playwright-core'
import type { FakeAccount } from './accountFixture.ts'
import { type FakeLog, refuseWith } from './logFixture.ts'
import { type FixtureServer, serve } from './serverFixture.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript',
}

/** The edge's, so that a test sees what it forbids. */
const CSP =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

/** Serves the page from its sources, with the calls of the chat answered by a log. Without an account, anyone may call. */
export function servePage(log: FakeLog, account?: FakeAccount): Promise<FixtureServer> {
  return serve((request, response, url) => {
    const path = url.pathname === '/' ? '/client/index.html' : url.pathname
    if (/^\/(client|contract)\//.test(path)) sendFile(response, path.replace(/\.js$/, '.ts'))
    else if (account === undefined) log.answer(request, response, url)
    else if (path.startsWith('/account/')) account.answer(request, response, url)
    else {
      const sender = account.senderOf(request)
      if (sender === undefined) refuseWith(response, { status: 401, type: 'unauthenticated' })
      else log.answer(request, response, url, sender)
    }
  })
}

function sendFile(response: ServerResponse, path: string): void {
  const file = new URL(`..${path}`, import.meta.url)
  if (!existsSync(file)) return void response.writeHead(404).end()
  const source = readFileSync(file, 'utf8')
  const isScript = extname(path) === '.ts'
  const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } } as const
  const body = isScript ? transformSync(source, options).code : source
  const type = TYPES[extname(path)] ?? 'text/plain'
  response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': CSP }).end(body)
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
