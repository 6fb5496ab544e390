import { changes } from './changes.ts'
import { markers } from './markers.ts'
import { people } from './people.ts'
import { posts } from './posts.ts'
import { reads } from './reads.ts'

/** All that ingest answers. Their examples run in this order. */
export const ingestOperations = [...posts, ...reads, ...changes, ...markers, ...people]
