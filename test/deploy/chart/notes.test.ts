import { expect, test } from '@jest/globals'
import { describeUnless } from '../tools/describeUnless.ts'
import { helm, toolsLack } from '../tools/tools.ts'
import { CHART } from '../tools/values.ts'
import { type Profile, valuesFile } from './render.ts'

/** What Helm 4 says after an installation; Helm 3 does not say it without a cluster. */
function notes(profile: Profile): string {
  const args = ['--dry-run=client', '-f', valuesFile(profile)]
  return helm('helm4', 'install', 'causeway', CHART, ...args).split('\nNOTES:\n')[1] ?? ''
}

describeUnless(toolsLack)('the notes', () => {
  test('warn of everything that is unsafe', () => {
    const text = notes('laptop')
    for (const word of [
      'no login',
      'secrets.values',
      'image.digest',
      'passwordSecret',
      'tlsSecret',
    ]) {
      expect(text).toContain(word)
    }
    expect(text.match(/one pod of \w+ alone/g)).toHaveLength(4)
    expect(notes('small').match(/^WARNING/gm)).toHaveLength(2)
  })

  test('warn of the missing login alone, where all else is well', () => {
    expect(notes('ha').match(/^WARNING.*$/gm)).toEqual([expect.stringContaining('no login')])
  })

  test('tell where it is, and how it is tried', () => {
    expect(notes('ha')).toContain('https://chat.example.org/')
    expect(notes('laptop')).toContain('port-forward service/causeway-edge 8080:80')
    expect(notes('small')).toContain('helm --namespace default test causeway')
  })
})
