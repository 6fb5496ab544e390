import { parseArgs } from 'node:util'
import { UsageError } from './print.mjs'

/**
 * Defines a command line; returns its parser, which makes `{ help }` or `{ options }` of arguments, or throws a UsageError.
 * `usage` and `notes` stand above and below the options in the help. `options` are those of parseArgs, each with its `help`, the
 * `hint` of its value, and `read(text, name)`, which makes a value of the text or throws. `names` are the other arguments, each
 * with its help. With `passesOn` everything unknown is for another program: `rest`. `result` makes the program's options.
 */
export function defineCommand(spec) {
  const { usage, names = {}, notes = '', passesOn = false, result = ({ values }) => values } = spec
  const options = { ...spec.options, help: { type: 'boolean', short: 'h', help: 'this text' } }
  const rows = Object.entries(names)
  for (const [name, { hint = '', help }] of Object.entries(options)) {
    rows.push([`--${name} ${hint}`, help])
  }
  const lines = rows.map(([left, right]) => `  ${left.padEnd(16)}${right}\n`)
  const help = `${usage}\n\n${lines.join('')}${notes}`
  const allowPositionals = passesOn || Object.keys(names).length > 0
  return (args) => {
    try {
      const parsed = parseArgs({ args, options, allowPositionals, strict: !passesOn, tokens: true })
      const { positionals, tokens } = parsed
      if (parsed.values.help) return { help }
      const values = {}
      for (const [name, { read = (text) => text }] of Object.entries(spec.options ?? {})) {
        const text = parsed.values[name]
        values[name] = text === undefined ? undefined : read(text, `--${name}`)
      }
      const unknown = positionals.find((each) => !passesOn && !Object.hasOwn(names, each))
      if (unknown !== undefined) throw new Error(`There is no "${unknown}".`)
      const chosen = positionals.length > 0 ? positionals : Object.keys(names)
      const rest = without(tokens, options, args)
      return { options: result({ values, names: chosen, rest, args }) }
    } catch (error) {
      throw new UsageError(`${error.message}\n\n${help}`)
    }
  }
}

/** The arguments that are neither one of the options nor its value. */
function without(tokens, options, args) {
  const own = tokens.filter(({ kind, name }) => kind === 'option' && Object.hasOwn(options, name))
  // The value is the next argument, unless it is in the same one (--name=value).
  const taken = own.flatMap(({ index, inlineValue }) =>
    inlineValue === false ? [index, index + 1] : [index],
  )
  return args.filter((_, index) => !taken.includes(index))
}

/** An option with a value. */
export const option = (hint, help, read) => ({ type: 'string', hint, help, read })

/** An option without. */
export const flag = (help) => ({ type: 'boolean', default: false, help })

/** Reads whole numbers in a range. */
export const integer = (least, most) => (text, name) => {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN
  if (number >= least && number <= most) return number
  throw new Error(`${name} must be ${least} to ${most}, not "${text}".`)
}

/** Reads texts of a form; `what` names it in the error. */
export const matching = (form, what) => (text, name) => {
  if (form.test(text)) return text
  throw new Error(`${name} must be ${what}, not "${text}".`)
}
