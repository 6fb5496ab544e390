import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'

const jenkinsfile = readFileSync('Jenkinsfile', 'utf8')
const shellBodies = [...jenkinsfile.matchAll(/^\s*sh (.*)$/gm)].map(([, body = '']) => body)

/** The npm scripts that a shell script runs. */
function npmScripts(file: string): string[] {
  const names = /\b(lint|typecheck|npm test|tests test|test:\w+)\b/g
  return [...readFileSync(file, 'utf8').matchAll(names)].map(([, name = '']) =>
    name.replace(/^(npm|tests) /, ''),
  )
}

/** Only Jenkins can say whether Jenkins accepts the file: docs/deploy-pipeline.md says how to ask it. */
describe('the Jenkinsfile', () => {
  test('runs only scripts that exist', () => {
    const scripts = shellBodies.flatMap((body) => /deploy\/jenkins\/[\w.]+/.exec(body)?.[0] ?? [])
    expect(scripts).toHaveLength(12)
    expect(scripts.filter((script) => !existsSync(script))).toEqual([])
  })

  test('runs every check of check.sh, and keeps its report', () => {
    const script = readFileSync('deploy/jenkins/check.sh', 'utf8')
    const cases = [...script.matchAll(/^ {2}([\w |]+)\)$/gm)]
    const checks = cases.flatMap(([, names = '']) => names.split(' | '))
    expect(checks).toHaveLength(6)
    for (const check of checks) expect(shellBodies).toContain(`'deploy/jenkins/check.sh ${check}'`)
    for (const check of checks.filter((name) => name !== 'lint')) {
      expect(jenkinsfile).toMatch(
        new RegExp(
          `post \\{\\s+always \\{\\s+junit testResults: 'build/junit/${check}.xml', allowEmptyResults: false`,
        ),
      )
    }
  })

  test('lets Groovy put nothing into a shell body, where a secret would be visible', () => {
    for (const body of shellBodies) expect(body).toMatch(/^'[^']*'$/)
    expect(jenkinsfile).not.toContain('"')
  })

  test('releases from main only, and tells Spinnaker last', () => {
    const release = jenkinsfile.slice(jenkinsfile.indexOf("stage('Release')"))
    expect(release).toMatch(/^stage\('Release'\) \{\s+when \{[^}]*beforeAgent true\s+branch 'main'/)
    const steps = [
      'image.sh',
      'chart.sh',
      'sign.sh',
      'properties.sh',
      'archiveArtifacts',
      'trigger.mjs',
    ]
    const at = steps.map((step) => release.indexOf(step))
    expect(at).toEqual(at.toSorted((a, b) => a - b))
    expect(
      steps.filter((step) => jenkinsfile.indexOf(step) < jenkinsfile.length - release.length),
    ).toEqual([])
  })
})

test('the pipeline and .ci/run run the same npm scripts', () => {
  const wanted = npmScripts('.ci/run')
  expect(wanted).toEqual(expect.arrayContaining(['lint', 'typecheck', 'test', 'test:deploy']))
  expect(npmScripts('deploy/jenkins/check.sh')).toEqual(expect.arrayContaining(wanted))
})
