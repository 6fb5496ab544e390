/** What a template's variables are called in an expression. Spinnaker fills them in when it plans a run. */
export function variable(name: string): string {
  return `\${ templateVariables.${name} }`
}

/** Something that a stage needs, or makes, and how it is recognised. */
export interface ExpectedArtifact {
  id: string
  displayName: string
  matchArtifact: { type: string; name: string; artifactAccount: string; kind?: string }
  defaultArtifact: object
  useDefaultArtifact: boolean
  usePriorArtifact: boolean
}

/** Neither a default nor a prior one: what the build handed over is released, or nothing is. */
function expected(
  id: string,
  displayName: string,
  matchArtifact: ExpectedArtifact['matchArtifact'],
): ExpectedArtifact {
  const defaults = { defaultArtifact: {}, useDefaultArtifact: false, usePriorArtifact: false }
  return { id, displayName, matchArtifact, ...defaults }
}

/** Chart, services and edge, as deploy/jenkins/trigger.mjs names them. */
export function releaseArtifacts(prefix: '' | 'running-', what: string): ExpectedArtifact[] {
  const image = (id: string, display: string, name: string): ExpectedArtifact =>
    expected(`${prefix}${id}`, `${display} ${what}`, {
      type: 'docker/image',
      name: `${variable('registry')}/causeway/${name}`,
      artifactAccount: variable('imageAccount'),
    })
  return [
    expected(`${prefix}chart`, `The chart ${what}`, {
      type: 'http/file',
      name: 'causeway-chart',
      artifactAccount: variable('chartAccount'),
    }),
    image('image', 'The services', 'causeway'),
    image('edge-image', 'The edge', 'causeway-edge'),
  ]
}

/** What a bake makes. */
export function baked(id: string): ExpectedArtifact {
  return expected(id, `Manifests: ${id}`, {
    type: 'embedded/base64',
    kind: 'base64',
    name: id,
    artifactAccount: 'embedded-artifact',
  })
}
