/** A variable of the template, as an expression. Spinnaker fills it in when it plans a run. */
export function variable(name: string): string {
  return `\${ templateVariables.${name} }`
}

/** Something that a stage needs or makes, and how Spinnaker recognises it. */
export interface ExpectedArtifact {
  id: string
  displayName: string
  matchArtifact: { type: string; name: string; artifactAccount: string; kind?: string }
  defaultArtifact: object
  useDefaultArtifact: boolean
  usePriorArtifact: boolean
}

/** Has neither a default nor a prior artifact: a run releases what the build handed over, or nothing. */
function expected(
  id: string,
  displayName: string,
  matchArtifact: ExpectedArtifact['matchArtifact'],
): ExpectedArtifact {
  const defaults = { defaultArtifact: {}, useDefaultArtifact: false, usePriorArtifact: false }
  return { id, displayName, matchArtifact, ...defaults }
}

/** Chart, values and both images, by the names that deploy/jenkins/trigger.mjs gives them. */
export function releaseArtifacts(prefix: '' | 'running-', what: string): ExpectedArtifact[] {
  const image = (id: string, display: string, name: string): ExpectedArtifact =>
    expected(`${prefix}${id}`, `${display} ${what}`, {
      type: 'docker/image',
      name: `${variable('registry')}/causeway/${name}`,
      artifactAccount: variable('imageAccount'),
    })
  const file = (id: string, display: string): ExpectedArtifact =>
    expected(`${prefix}${id}`, `${display} ${what}`, {
      type: 'http/file',
      name: `causeway-${id}`,
      artifactAccount: variable('chartAccount'),
    })
  return [
    file('chart', 'The chart'),
    // What runs is not staged again.
    ...(prefix === '' ? [file('staging-values', "Staging's values")] : []),
    file('production-values', "Production's values"),
    file('trial-values', "Baseline's and canary's values"),
    image('image', 'The services', 'causeway'),
    image('edge-image', 'The edge', 'causeway-edge'),
  ]
}

/** The manifests that a bake makes. */
export function baked(id: string): ExpectedArtifact {
  return expected(id, `Manifests: ${id}`, {
    type: 'embedded/base64',
    kind: 'base64',
    name: id,
    artifactAccount: 'embedded-artifact',
  })
}
