import { execFileSync } from 'node:child_process'

/**
 * Prints how a build was made, as SLSA's provenance v1: the predicate that sign.sh attaches to the images.
 *   NODE_IMAGE, NGINX_IMAGE   bases by digest
 *   GIT_URL, BUILD_URL        as Jenkins sets them
 */
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim()
const { NODE_IMAGE = '', NGINX_IMAGE = '', GIT_URL = '', BUILD_URL = '' } = process.env
const commit = git('rev-parse', 'HEAD')

/** A base image, as something that the build was made of. */
function base(image) {
  const [, name, sha256] = /^(.+)@sha256:([0-9a-f]{64})$/.exec(image) ?? []
  if (name === undefined) throw new Error(`"${image}" does not name a base by its digest`)
  return { uri: `docker://${name}`, digest: { sha256 } }
}

const provenance = {
  buildDefinition: {
    buildType: 'https://www.jenkins.io/doc/book/pipeline/',
    externalParameters: { repository: GIT_URL, commit },
    internalParameters: {},
    resolvedDependencies: [
      { uri: `git+${GIT_URL}`, digest: { gitCommit: commit } },
      base(NODE_IMAGE),
      base(NGINX_IMAGE),
    ],
  },
  runDetails: {
    builder: { id: BUILD_URL.split('/job/')[0] },
    metadata: { invocationId: BUILD_URL },
  },
}
process.stdout.write(`${JSON.stringify(provenance, null, 2)}\n`)
