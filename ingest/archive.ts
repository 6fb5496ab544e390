import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { ArchiveEnd, WriteArchive } from '../history/retention.ts'

const compress = promisify(gzip)

/** Beyond this size a file is done, and the next one begun: files that are done can be moved away. */
const MAX_FILE_BYTES = 256_000_000

/**
 * Writes messages that are about to be removed into a directory, as NDJSON in gzip, each as history showed it. They are on the disk when
 * it resolves. Each call adds a gzip member; `zcat` reads all members as one text.
 *
 * The database knows how many bytes of the last file count. A step that failed wrote what lies beyond them, and its messages are still in
 * the log. So that part is overwritten, and no message is in the archive twice. If the file is not there, the next one begins.
 */
export function createArchive(directory: string, maxFileBytes = MAX_FILE_BYTES): WriteArchive {
  return async (log, end, entries) => {
    const member = await compress(entries.map(({ json }) => `${json}\n`).join(''))
    await mkdir(directory, { recursive: true })
    const last = await openLast(directory, end, maxFileBytes)
    if (last !== undefined && end !== undefined) return write(last, end, member)
    const begun = { file: nextFile(log, end), bytes: 0 }
    const written = await write(await open(join(directory, begun.file), 'w', 0o600), begun, member)
    await syncDirectory(directory)
    return written
  }
}

/** Undefined if a new file is to begin. */
async function openLast(
  directory: string,
  end: ArchiveEnd | undefined,
  maxFileBytes: number,
): Promise<FileHandle | undefined> {
  if (end === undefined || end.bytes >= maxFileBytes) return undefined
  const handle = await open(join(directory, end.file), 'r+').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (handle === undefined || (await handle.stat()).size >= end.bytes) return handle
  await handle.close()
  throw new Error(`${end.file} has lost messages: it has less than the ${end.bytes} bytes written`)
}

async function write(handle: FileHandle, end: ArchiveEnd, member: Buffer): Promise<ArchiveEnd> {
  try {
    await handle.truncate(end.bytes)
    const { bytesWritten } = await handle.write(member, 0, member.length, end.bytes)
    if (bytesWritten < member.length) throw new Error(`${end.file} took only a part`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { file: end.file, bytes: end.bytes + member.length }
}

/** A name that no other log has, nor this one in another epoch. A file with that name is of a step that failed. */
function nextFile(
  { id, epoch }: { id: number; epoch: string },
  end: ArchiveEnd | undefined,
): string {
  const number = Number(/-(\d+)\.ndjson\.gz$/.exec(end?.file ?? '')?.[1] ?? 0) + 1
  return `causeway-${id}-${epoch}-${String(number).padStart(6, '0')}.ndjson.gz`
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
