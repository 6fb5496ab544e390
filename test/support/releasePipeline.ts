import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExpectedArtifact } from '../../deploy/spinnaker/artifacts.ts'
import { stages as templateStages } from '../../deploy/spinnaker/release.ts'
import type { Stage } from '../../deploy/spinnaker/stages.ts'
import { template } from '../../deploy/spinnaker/template.ts'
import { ROOT } from '../../stack/root.ts'

/** deploy/spinnaker/release.pipeline.json: the values of one installation. */
interface Instance {
  variables: Record<string, string | number>
  triggers: { payloadConstraints: { secret: string }; expectedArtifactIds: string[] }[]
}
export const instance: Instance = JSON.parse(
  readFileSync(join(ROOT, 'deploy/spinnaker/release.pipeline.json'), 'utf8'),
)

/** A variable of the template, as it stands in a stage; the first group is its name. */
export const VARIABLE = /\$\{ templateVariables\.(\w+) \}/g

const defaults = template.variables.map(({ name, defaultValue }) => [name, defaultValue])
const values: Record<string, unknown> = { ...Object.fromEntries(defaults), ...instance.variables }

/** The stages of a release, with the installation's values in place of the variables. */
export const stages: Stage[] = JSON.parse(
  JSON.stringify(templateStages).replaceAll(VARIABLE, (_all, name: string) => String(values[name])),
)

export function stageOf(refId: string): Stage {
  const found = stages.find((stage) => stage.refId === refId)
  if (found === undefined) throw new Error(`There is no stage ${refId}`)
  return found
}

/** The artifacts that a stage makes. */
export function madeBy(stage: Stage): string[] {
  const { expectedArtifacts = [] }: { expectedArtifacts?: ExpectedArtifact[] } = Object(stage)
  return expectedArtifacts.map(({ id }) => id)
}
