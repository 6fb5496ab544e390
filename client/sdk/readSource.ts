import { readStream } from './eventSource.ts'
import { readPolls } from './polls.ts'
import type { SourceOptions } from './source.ts'
import type { SourceKind } from './streamState.ts'

/** Reads a source of this kind to its end. */
export function readSource(by: SourceKind, options: SourceOptions): Promise<void> {
  return by === 'polls' ? readPolls(options) : readStream(options)
}
