import { execFileSync } from 'node:child_process'
import { lchownSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Another user than ours, to run a server as. */
export interface Account {
  uid: number
  gid: number
}

/**
 * Makes a server's folder and says who the server runs as. Postgres refuses to run as root, and no server needs it: started by
 * root they run as the owner of their folder, at first `nobody`, a user that every system has, so none is created. An ordinary
 * user's servers run as that user (undefined).
 */
export function ownFolder(folder: string): Account | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (process.getuid?.() !== 0) return undefined
  const { uid, gid } = statSync(folder)
  const account = uid === 0 ? nobody() : { uid, gid }
  own(folder, account)
  return account
}

function own(path: string, account: Account): void {
  // Never through a link: the server that may write here must not choose whose files root gives away.
  const stat = lstatSync(path)
  if (stat.uid !== account.uid) lchownSync(path, account.uid, account.gid)
  if (!stat.isDirectory()) return
  for (const name of readdirSync(path)) own(join(path, name), account)
}

function nobody(): Account {
  return { uid: idOfNobody('-u'), gid: idOfNobody('-g') }
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
 * The command line that runs `command` as `account`, who must be able to read `files` and to listen on `port`.
 *
 * A clone below /root cannot be entered by anyone else. There the server keeps, of all that root may do, this one thing:
 * to pass by the modes of files; likewise to listen on a port below 1024. That is Linux alone (setpriv is part of util-linux); elsewhere
 * the server says what it cannot open.
 */
export function commandAs(
  account: Account | undefined,
  command: string,
  args: string[],
  needs: { files: string[]; port?: number },
): Command {
  if (account === undefined) return { command, args }
  const capabilities = [
    ...(needs.files.every((path) => isReadableBy(account, path)) ? [] : ['+dac_override']),
    ...(needs.port !== undefined && needs.port < 1024 ? ['+net_bind_service'] : []),
  ].join(',')
  if (capabilities === '' || process.platform !== 'linux') return { command, args, ...account }
  const switches = [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    `--inh-caps=${capabilities}`,
    `--ambient-caps=${capabilities}`,
  ]
  return { command: 'setpriv', args: [...switches, '--', command, ...args] }
}

/** Whether it may read the file as things are, with no help from capabilities. */
export function isReadableBy({ uid }: Account, path: string): boolean {
  const allows = (each: string, mode: number) => {
    const stat = statSync(each)
    return stat.uid === uid || (stat.mode & mode) !== 0
  }
  if (!allows(path, 0o004)) return false
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!allows(folder, 0o001)) return false
    if (folder === dirname(folder)) return true
  }
}
