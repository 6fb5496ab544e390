import { build } from 'esbuild'
import { chromium } from 'playwright-core'

/** Runs one subscriber in a page of Chromium: `node chromium.mjs NAME URL` prints what `node.mjs` does. */
const [name, url] = process.argv.slice(2)
const contents = `import subscribe from './${name}.mjs'; subscribe(${JSON.stringify(url)}, heard)`
const script = { contents, resolveDir: import.meta.dirname }
const { outputFiles } = await build({ stdin: script, bundle: true, write: false, format: 'iife' })

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  // As root Chromium cannot use its sandbox, and it must not contact its maker.
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
})
const page = await browser.newPage()
await page.exposeFunction('heard', (event, data) => {
  process.stdout.write(`${event}\t${data}\n`)
})
// Any page of that origin: this one has no policy that forbids scripts.
await page.goto(new URL('/nothing', url).href)
await page.addScriptTag({ content: outputFiles[0].text })
