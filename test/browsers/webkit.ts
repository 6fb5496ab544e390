import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { freePort } from '../../stack/ports.ts'
import { type Engine, HIDE, type Key, type Profile, type Tab } from './engine.ts'
import { signalPages } from './signalPages.ts'
import { WebDriver } from './webDriver.ts'

export const WEBKIT_PROGRAMS = ['WebKitWebDriver', 'Xvfb']
const MINI_BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'

/** Of WebDriver's own alphabet. */
const KEYS: Record<Key, string> = {
  Enter: '\uE007',
  Escape: '\uE00C',
  Tab: '\uE004',
  ArrowUp: '\uE013',
}

/** Debian's WebKitGTK on a screen that nobody sees. A driver has one session, so each profile has a driver of its own. */
export async function openWebkit(): Promise<Engine> {
  const screen = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  )
  const [number] = await once(screen.stdio[3] ?? screen, 'data')
  const env = {
    ...process.env,
    DISPLAY: `:${String(number).trim()}`,
    LANG: 'en_GB.UTF-8',
    TZ: 'UTC',
  }
  return {
    name: 'webkit',
    profile: () => openProfile(env),
    close: async () => end(screen),
  }
}

async function openProfile(env: NodeJS.ProcessEnv): Promise<Profile> {
  const port = await freePort()
  const server = spawn('WebKitWebDriver', [`--port=${port}`], { env, stdio: 'ignore' })
  const options = { binary: MINI_BROWSER, args: ['--automation'] }
  const driver = await WebDriver.open(`http://127.0.0.1:${port}`, {
    'webkitgtk:browserOptions': options,
  })
  const first = await driver.window()
  let isFirstTaken = false
  return {
    tab: async () => {
      const window = isFirstTaken ? await driver.newWindow() : first
      isFirstTaken = true
      return tabIn(driver, window, server.pid)
    },
    close: async () => {
      await driver.close().catch(() => {})
      await end(server)
    },
  }
}

async function tabIn(driver: WebDriver, window: string, pid: number | undefined): Promise<Tab> {
  const command = (method: string, path: string, body?: object) =>
    driver.in(window, method, path, body)
  const keys = async (text: string): Promise<void> => {
    const actions = Array.from(text).flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ])
    await command('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] })
  }
  const run = async (script: string): Promise<void> =>
    void (await command('POST', '/execute/sync', { script, args: [] }))
  await command('POST', '/window/rect', { width: 1_100, height: 760 }).catch(() => {})
  return {
    // To another place of the same page the driver's own command never ends, and neither do those for the way back and forward.
    goto: async (url) => {
      const here = String(await command('GET', '/url'))
      if (here.split('#')[0] !== url.split('#')[0])
        return void (await command('POST', '/url', { url }))
      await run(`location.assign(${JSON.stringify(url)})`)
    },
    evaluate: async <T>(expression: string): Promise<T> => {
      const script = `return (${expression})`
      const value = await command('POST', '/execute/sync', { script, args: [] })
      // The test says what its expression is worth.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return value as T
    },
    type: keys,
    press: (key) => keys(KEYS[key]),
    reload: async () => void (await command('POST', '/refresh')),
    // The page leaves only after its answer: the command may fail if the page goes first.
    back: () => run('setTimeout(() => history.back())'),
    forward: () => run('setTimeout(() => history.forward())'),
    screenshot: async (path) => {
      const image = await command('GET', '/screenshot')
      await writeFile(path, Buffer.from(String(image), 'base64'))
    },
    close: async () => void (await command('DELETE', '/window')),
    hide: (isHidden) => run(HIDE(isHidden)),
    sleep: async (isAsleep) =>
      signalPages(pid, /\/WebKitWebProcess /, isAsleep ? 'SIGSTOP' : 'SIGCONT'),
    // Its driver ends the session with the process of the page.
    crash: undefined,
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill()
  await exit
}
