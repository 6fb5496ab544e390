import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'

/**
 * A shell of a few lines that outlives the runner: it reads which process groups there are, and when its input ends, which the
 * kernel does however the runner died, it ends what is left of them. So even SIGKILL of the runner leaves no process behind.
 */
const SCRIPT = `
trap '' INT TERM HUP
groups=' '
while read -r change group; do
  case $change in
    add) groups="$groups$group " ;;
    gone) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s INT -- "-$group"; done
left=50
while [ $left -gt 0 ]; do
  alive=
  for group in $groups; do if kill -s 0 -- "-$group"; then alive=yes; fi; done
  if [ -z "$alive" ]; then exit 0; fi
  sleep 0.1
  left=$((left - 1))
done
for group in $groups; do kill -s KILL -- "-$group"; done
`

export class Guard {
  readonly #input: Writable

  constructor() {
    const shell = spawn('sh', ['-c', SCRIPT], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    // Without a guard the stack still works; what a killed runner leaves is then ended at the next start.
    shell.on('error', () => {})
    shell.stdin.on('error', () => {})
    shell.unref()
    this.#input = shell.stdin
    if (shell.stdin instanceof Socket) shell.stdin.unref()
  }

  add(group: number): void {
    this.#input.write(`add ${group}\n`)
  }

  gone(group: number): void {
    this.#input.write(`gone ${group}\n`)
  }

  close(): void {
    this.#input.end()
  }
}
