import { createContext, runInContext } from 'node:vm'
import { TestEnvironment } from 'jest-environment-node'

/** Fake timers replace it. */
const REPLACED = ['Date']

/** What the language itself defines. A script cannot declare the constants among them. */
const NAMES = runInContext(
  `Object.entries(Object.getOwnPropertyDescriptors(globalThis))
    .filter(([name, { configurable }]) => configurable && !['globalThis', 'eval', 'console'].includes(name))
    .map(([name]) => name)`,
  createContext(),
).filter((name) => !REPLACED.includes(name))

/**
 * Node's environment, with quick `Map`, `Math` and so on. In a context of `node:vm` each look-up of a global asks the sandbox in C++; a
 * constant of a script is found without that. The model of the promise needs half the time with it.
 */
export default class FastEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context)
    const lines = NAMES.map((name) => `const ${name} = globalThis.${name}`)
    runInContext(lines.join('\n'), this.context)
  }
}
