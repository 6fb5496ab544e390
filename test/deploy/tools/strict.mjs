import { existsSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/**
 * `node strict.mjs <tools> < documents.json`: checks objects of Kubernetes as strictly as an API server, without one. It takes two
 * checks: the models of the official client find unknown fields and wrong types, compiled schemas find missing fields and wrong
 * formats. Prints a JSON list of complaints.
 */
const [tools] = process.argv.slice(2)
const modules = `${tools}/node_modules`
const models = await import(
  pathToFileURL(`${modules}/@kubernetes/client-node/dist/gen/models/all.js`).href
)
/** The package of each API group of another project. */
const FOLDERS = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'keda.sh': '@kubernetes-models/keda',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
}
const complaints = []
for (const document of JSON.parse(readFileSync(0, 'utf8'))) await check(document)
process.stdout.write(JSON.stringify(complaints))

async function check(document) {
  const { apiVersion = '', kind = '', metadata = {} } = document
  const name = `${kind}/${metadata.name}`
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const model = models[`${version.charAt(0).toUpperCase()}${version.slice(1)}${kind}`]
  if (!(group in FOLDERS)) {
    if (model === undefined) complaints.push(`${name}: there is no ${kind} in ${apiVersion}`)
    else walk(document, model, name)
  }
  const folder = FOLDERS[group] ?? 'kubernetes-models'
  const file = `${modules}/${folder}/${[group, version].filter(Boolean).join('/')}/${kind}.js`
  if (!existsSync(file)) {
    complaints.push(`${name}: there is no schema for ${apiVersion}`)
    return
  }
  const { [kind]: Type } = await import(pathToFileURL(file).href)
  try {
    new Type(document).validate()
  } catch (error) {
    complaints.push(`${name}: ${error.message}`)
  }
}

function walk(value, model, path) {
  if (!isMap(value)) {
    complaints.push(`${path}: expected ${model.name}, got ${JSON.stringify(value)}`)
    return
  }
  const attributes = new Map(
    model.getAttributeTypeMap().map(({ baseName, type }) => [baseName, type]),
  )
  for (const [key, inner] of Object.entries(value)) {
    const type = attributes.get(key)
    if (type === undefined) complaints.push(`${path}: unknown field "${key}" in ${model.name}`)
    else walkType(inner, type, `${path}.${key}`)
  }
}

function walkType(value, type, path) {
  const expect = (holds) => {
    if (!holds) complaints.push(`${path}: expected ${type}, got ${JSON.stringify(value)}`)
    return holds
  }
  const [, item] = /^Array<(.+)>$/.exec(type) ?? []
  const [, entry] = /^\{ \[key: string\]: (.+); \}$/.exec(type) ?? []
  if (item !== undefined) {
    if (expect(Array.isArray(value))) {
      for (const [at, each] of value.entries()) walkType(each, item, `${path}[${at}]`)
    }
  } else if (entry !== undefined) {
    if (expect(isMap(value))) {
      for (const [key, each] of Object.entries(value)) walkType(each, entry, `${path}.${key}`)
    }
  } else if (type === 'string' || type === 'number' || type === 'boolean') {
    expect(typeof value === type)
  } else if (type === 'IntOrString') expect(['string', 'number'].includes(typeof value))
  else if (type in models) walk(value, models[type], path)
  else if (type !== 'any' && type !== 'Date') complaints.push(`${path}: no model of ${type}`)
}

function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
