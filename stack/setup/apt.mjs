import { spawnSync } from 'node:child_process'
import { SetupError, say } from './say.mjs'

/**
 * Debian starts a server as soon as its package is installed, here on the ports 6379, 1883 and 80 for the whole machine.
 * policy-rc.d is Debian's own way to forbid that; one that is already there is the owner's and stays. `disable` is for the
 * next boot, which policy-rc.d does not rule.
 */
const INSTALL = `
set -eu
policy=/usr/sbin/policy-rc.d
mark='# made by Causeway while it installs; safe to delete'
if [ ! -e $policy ] || grep -qF "$mark" $policy; then
  trap 'rm -f $policy' EXIT
  trap 'exit 130' HUP INT TERM
  printf '#!/bin/sh\\n%s\\nexit 101\\n' "$mark" > $policy
  chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@"; }
updated=
update() { apt-get update -q && updated=yes; }
apt-cache show "$@" > /dev/null 2>&1 || update
# Lists that are old name packages that the mirror has replaced since: one more try with fresh ones.
install "$@" || { [ -z "$updated" ] && update && install "$@"; }
if [ -d /run/systemd/system ]; then
  for package in "$@"; do
    if systemctl cat "$package.service" > /dev/null 2>&1; then systemctl disable --now "$package.service"; fi
  done
fi
`

/** Installs Debian packages, as root or through sudo, without any service being started. */
export function installWithApt(packages, { sudo }) {
  say(`installing with apt-get${sudo ? ' through sudo' : ''}: ${packages.join(' ')}`)
  const script = ['sh', '-c', INSTALL, 'install', ...packages]
  const [program, ...args] = sudo ? ['sudo', ...script] : script
  const done = spawnSync(program, args, { stdio: ['inherit', 2, 2] })
  if (done.status === 0) return
  throw new SetupError(
    `The installation failed; see above. By hand it is: apt-get install ${packages.join(' ')}`,
  )
}
