import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'

/** A user that a server runs as, other than ours. */
export interface Account {
  uid: number
  gid: number
}

/**
 * Makes a server's folder and returns the account that the server runs as. No server needs root, and Postgres refuses it.
 * Started by root, a server runs as the owner of its folder, at first `nobody`, a user that every system has. Started by an
 * ordinary user, it runs as that user (undefined).
 */
export function ownFolder(folder: string): Account | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (process.getuid?.() !== 0) return undefined
  const { uid, gid } = statSync(folder)
  const account = uid === 0 ? { uid: idOfNobody('-u'), gid: idOfNobody('-g') } : { uid, gid }
  // -h: never through a link. A server that may write here must not choose which files root gives away.
  execFileSync('chown', ['-hR', `${account.uid}:${account.gid}`, folder])
  return account
}

function idOfNobody(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
}

export interface Command {
  command: string
  args: string[]
  uid?: number
  gid?: number
}

/**
 * The command line that runs `command` as `account`, which must be able to read `files` and to listen on `port`.
 *
 * Nobody else can enter a clone below /root. There the server keeps one of root's powers: to ignore the modes of files. For a
 * port below 1024 it keeps the power to listen there. Only Linux can do that (setpriv is part of util-linux); elsewhere the
 * server says what it cannot open.
 */
export function commandAs(
  account: Account | undefined,
  command: string,
  args: string[],
  needs: { files: string[]; port?: number },
): Command {
  if (account === undefined) return { command, args }
  const isReadable = (path: string) => spawnSync('test', ['-r', path], account).status === 0
  const capabilities = [
    ...(needs.files.every(isReadable) ? [] : ['+dac_override']),
    ...(needs.port !== undefined && needs.port < 1024 ? ['+net_bind_service'] : []),
  ].join(',')
  if (capabilities === '' || process.platform !== 'linux') return { command, args, ...account }
  const switches = [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    `--inh-caps=${capabilities}`,
    `--ambient-caps=${capabilities}`,
    // access(2), by which Postgres looks for its own programs, would disregard them.
    '--securebits=+no_setuid_fixup',
    // A change of user clears it.
    '--pdeathsig=keep',
  ]
  return { command: 'setpriv', args: [...switches, '--', command, ...args] }
}

/** The same, and the kernel sends it `signal` when its parent dies. Only Linux can do that. */
export function dyingWithParent(run: Command, signal: NodeJS.Signals): Command {
  if (process.platform !== 'linux') return run
  const args = [`--pdeathsig=${signal.slice('SIG'.length)}`, '--', run.command, ...run.args]
  return { ...run, command: 'setpriv', args }
}
