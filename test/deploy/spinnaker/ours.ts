import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../stack/root.ts'
import { Instance, instantiate, type Stage, Template } from './pipeline.ts'

const read = (name: string): string => readFileSync(join(ROOT, 'deploy/spinnaker', name), 'utf8')

/** Our template as it is saved, our instance of it, and the stages that come of the two. */
export const templateText = read('causeway-release.template.json')
export const instance = Instance.parse(JSON.parse(read('release.pipeline.json')))
export const stages = instantiate(Template.parse(JSON.parse(templateText)), instance)

export function stageOf(refId: string): Stage {
  const found = stages.find((stage) => stage.refId === refId)
  if (found === undefined) throw new Error(`There is no stage ${refId}`)
  return found
}
