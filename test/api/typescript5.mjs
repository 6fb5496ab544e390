import { register } from 'node:module'

// openapi-typescript writes types with the compiler's old interface, which TypeScript 7 does not have.
const HOOKS = `export const resolve = (name, context, next) => next(name === 'typescript' ? 'typescript-5' : name, context)`

register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, import.meta.url)
