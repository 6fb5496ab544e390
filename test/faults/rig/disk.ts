import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/** Makes a folder a disk of its own, small enough to be filled. Needs root. */
export function mountDisk(folder: string, megabytes: number): void {
  mkdirSync(folder, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
}

export function unmountDisk(folder: string): void {
  execFileSync('umount', [folder])
}
