import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { groovyLack } from './jenkins/groovyTool.ts'
import { LAPSES, MUTATIONS } from './jenkins/mutations.ts'
import { brokenRules, POLICY } from './jenkins/policy.ts'
import { record, type Recording, shellBodies } from './jenkins/recording.ts'
import { describeUnless } from './tools/describeUnless.ts'
import { programLack } from './tools/tools.ts'

const jenkinsfile = readFileSync('Jenkinsfile', 'utf8')
const shellcheckLacks = programLack('shellcheck') && 'shellcheck is not installed'
const javaLacks = await groovyLack()

describeUnless(javaLacks)('the Jenkinsfile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-jenkinsfile-'))
  const recordings = new Map<string, Recording>()
  const recording = (name: string): Recording => {
    const found = recordings.get(name)
    if (found === undefined) throw new Error(`"${name}" was not recorded`)
    return found
  }

  beforeAll(async () => {
    const texts = new Map([['as it is', jenkinsfile]])
    for (const [name, mutate] of [...MUTATIONS, ...LAPSES]) {
      texts.set(name, mutate(jenkinsfile))
      if (texts.get(name) === jenkinsfile) throw new Error(`"${name}" changes nothing`)
    }
    const files = [...texts].map(([name, text], index) => {
      const file = join(folder, String(index))
      writeFileSync(file, text)
      return { name, file }
    })
    const found = await record(files.map(({ file }) => file))
    for (const { name, file } of files) {
      const one = found.find((candidate) => candidate.file === file)
      if (one !== undefined) recordings.set(name, one)
    }
  }, 180_000)

  afterAll(() => rmSync(folder, { recursive: true }))

  test('is what Jenkins takes', () => {
    expect(recording('as it is').errors).toEqual([])
  })

  test.each(POLICY)('%s', (_name, holds) => {
    expect(holds(recording('as it is').pipeline)).toBe(true)
  })

  test.each(MUTATIONS)('is refused by the recorder where %s', (name, _mutate, error) => {
    expect(recording(name).errors.join('\n')).toMatch(error)
  })

  test.each(LAPSES)('is refused by the policy where %s', (name, _mutate, rule) => {
    expect(recording(name).errors).toEqual([])
    expect(brokenRules(recording(name).pipeline).join('\n')).toMatch(rule)
  })

  describeUnless(shellcheckLacks)('in its shell bodies', () => {
    test('holds nothing that shellcheck finds', () => {
      for (const input of shellBodies(recording('as it is').pipeline)) {
        const checked = spawnSync('shellcheck', ['--shell=sh', '-'], { input, encoding: 'utf8' })
        expect(checked.stdout).toBe('')
      }
    })
  })
})

/** The npm scripts that a shell script runs. */
function npmScripts(file: string): string[] {
  const names = /\b(lint|typecheck|npm test|tests test|test:deploy)\b/g
  return [...readFileSync(file, 'utf8').matchAll(names)].map(([, name = '']) =>
    name.replace(/^(npm|tests) /, ''),
  )
}

describe('the scripts of the pipeline', () => {
  describeUnless(shellcheckLacks)('for bash', () => {
    test('hold nothing that shellcheck finds', () => {
      const paths = ['deploy/jenkins', 'deploy/spinnaker'].flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => name.endsWith('.sh'))
          .map((name) => `${folder}/${name}`),
      )
      expect(spawnSync('shellcheck', paths, { encoding: 'utf8' }).stdout).toBe('')
    })
  })

  test('check by the same npm scripts as .ci/run', () => {
    const checked = npmScripts('deploy/jenkins/check.sh')
    const wanted = npmScripts('.ci/run')
    expect(wanted).toEqual(expect.arrayContaining(['lint', 'typecheck', 'test']))
    expect(checked).toEqual(expect.arrayContaining(wanted))
  })
})
