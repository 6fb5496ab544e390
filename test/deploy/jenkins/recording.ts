import { z } from 'zod'
import { runGroovy } from './groovyTool.ts'

/** A section, a stage or a step of a Jenkinsfile. */
export interface Part {
  name: string
  args: unknown[]
  /** Whether Groovy put a value into one of its arguments, as it does in double quotes. */
  interpolated: boolean
  inside: Part[]
}

const Part: z.ZodType<Part> = z.lazy(() =>
  z.object({
    name: z.string(),
    args: z.array(z.unknown()),
    interpolated: z.boolean(),
    inside: z.array(Part),
  }),
)

const Recordings = z.array(
  z.object({ file: z.string(), errors: z.array(z.string()), pipeline: Part }),
)
/** What the recorder found in a file. */
export type Recording = z.infer<typeof Recordings>[number]

/** Reads Jenkinsfiles; all in one run, because starting Java takes most of the time. */
export async function record(files: readonly string[]): Promise<Recording[]> {
  return Recordings.parse(JSON.parse(await runGroovy('deploy/jenkins/recorder.groovy', files)))
}

/** The parts named so anywhere inside, in the order of the file. */
export function findAll(part: Part, name: string): Part[] {
  return part.inside.flatMap((inner) => [
    ...(inner.name === name ? [inner] : []),
    ...findAll(inner, name),
  ])
}

export function stage(pipeline: Part, name: string): Part {
  const found = findAll(pipeline, 'stage').find((part) => part.args[0] === name)
  if (found === undefined) throw new Error(`There is no stage "${name}"`)
  return found
}

/** The parts directly inside the section of that name; none where there is no such section. */
export function inSection(part: Part, ...names: string[]): Part[] {
  const [name, ...rest] = names
  if (name === undefined) return part.inside
  const section = part.inside.find((inner) => inner.name === name)
  return section === undefined ? [] : inSection(section, ...rest)
}

/** The bodies of all shell steps inside, in the order of the file. */
export function shellBodies(part: Part): string[] {
  return findAll(part, 'sh').map(({ args }) => {
    const [given] = args
    return typeof given === 'string' ? given : JSON.stringify(given)
  })
}
