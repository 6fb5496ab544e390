import { passwordIn } from '../../stack/secret.ts'
import { trusting } from './authority.ts'
import { runProgram } from './runProgram.ts'

/** What redis-cli prints for a command, with the user and the password of the address, or as nobody. */
export async function redisCli(url: URL, ...command: string[]): Promise<string> {
  const as = url.username === '' ? [] : ['--user', url.username]
  const tls = trusting('--tls', '--cacert')
  const args = ['-h', url.hostname, '-p', url.port, ...tls, ...as, ...command]
  const env = url.username === '' ? {} : { REDISCLI_AUTH: passwordIn(url.href) }
  return (await runProgram('redis-cli', args, env)).output.trim()
}

/** Runs mosquitto_pub or mosquitto_sub, with the user and the password of the address, or as nobody. */
export function mosquittoClient(
  program: 'mosquitto_pub' | 'mosquitto_sub',
  url: URL,
  ...args: string[]
): Promise<{ code: number; output: string }> {
  return runProgram(program, ['-V', '5', ...brokerArgs(url), ...args])
}

/** How those two reach a broker. */
export function brokerArgs({ hostname, port, username, href }: URL): string[] {
  const as = username === '' ? [] : ['-u', decodeURIComponent(username), '-P', passwordIn(href)]
  return ['-h', hostname, '-p', port, ...trusting('--cafile'), ...as]
}

/** What psql prints for a statement. */
export async function psql(url: URL, sql: string): Promise<string> {
  return (await runProgram('psql', [url.href, '-w', '-A', '-t', '-c', sql])).output.trim()
}

/** The address of one user with the password of another. */
export function withPasswordOf(other: URL, url: URL): URL {
  const mixed = new URL(url)
  mixed.password = other.password
  return mixed
}

/** The address for nobody. */
export function asNobody(url: URL): URL {
  const nobody = new URL(url)
  nobody.username = ''
  nobody.password = ''
  return nobody
}
