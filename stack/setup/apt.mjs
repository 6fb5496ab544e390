import { print } from './print.mjs'
import { run } from './run.mjs'

/**
 * Debian starts a server as soon as its package is installed, here on the ports 6379, 1883 and 80 for the whole machine.
 * policy-rc.d is Debian's way to forbid that; an existing one is the owner's and stays. `disable` is for the next boot, which
 * policy-rc.d does not cover.
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
# Old lists name packages that the mirror has replaced since.
apt-get update -q || true
apt-get install -y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@"
if [ -d /run/systemd/system ]; then
  for package in "$@"; do
    if systemctl cat "$package.service" > /dev/null 2>&1; then systemctl disable --now "$package.service"; fi
  done
fi
`

/** Installs Debian packages, as root or through sudo, and starts none of their services. */
export function installWithApt(packages, { sudo }) {
  const names = packages.join(' ')
  print(`installing with apt-get${sudo ? ' through sudo' : ''}: ${names}`)
  const shell = ['sh', '-c', INSTALL, 'install', ...packages]
  const [program, ...args] = sudo ? ['sudo', ...shell] : shell
  run(program, args, {
    stdio: ['inherit', 2, 2],
    failure: `The installation failed; see above. By hand: apt-get install ${names}`,
  })
}
