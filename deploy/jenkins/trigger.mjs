import { readFileSync } from 'node:fs'

/**
 * Tells Spinnaker about a build: `node deploy/jenkins/trigger.mjs build/build.properties`. The pipeline deploys the artifacts of this
 * call, and looks nothing up by a tag later.
 *   SPINNAKER_GATE_URL         such as https://spinnaker-gate.example.org
 *   SPINNAKER_WEBHOOK_SECRET   the secret that the pipeline's trigger expects
 */
function renderTrigger(properties, secret) {
  return {
    secret,
    parameters: { version: properties.VERSION, commit: properties.COMMIT },
    artifacts: [
      image(properties.IMAGE),
      image(properties.EDGE_IMAGE),
      stored('causeway-chart', properties.CHART_URL, properties),
      stored('causeway-staging-values', properties.STAGING_VALUES_URL, properties),
      stored('causeway-production-values', properties.PRODUCTION_VALUES_URL, properties),
      stored('causeway-trial-values', properties.TRIAL_VALUES_URL, properties),
    ],
  }
}

function stored(name, reference, { CHART_VERSION: version }) {
  return { type: 'http/file', name, version, reference }
}

/** Accepts only `name@sha256:…`: anything else could name another image tomorrow. */
function image(reference) {
  const [, name, digest] = /^(\S+?)@(sha256:[0-9a-f]{64})$/.exec(reference) ?? []
  if (name === undefined) throw new Error(`"${reference}" does not name an image by its digest`)
  return { type: 'docker/image', name, version: digest, reference }
}

function parseProperties(text) {
  const properties = Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const keys = `VERSION COMMIT IMAGE EDGE_IMAGE CHART_VERSION CHART_URL STAGING_VALUES_URL PRODUCTION_VALUES_URL TRIAL_VALUES_URL`
  for (const key of keys.split(' ')) {
    if (!properties[key]) throw new Error(`The build's properties lack ${key}`)
  }
  return properties
}

async function main([file]) {
  const { SPINNAKER_GATE_URL: gate, SPINNAKER_WEBHOOK_SECRET: secret } = process.env
  if (!file || !gate || !secret) {
    throw new Error(
      'usage: SPINNAKER_GATE_URL=… SPINNAKER_WEBHOOK_SECRET=… trigger.mjs build/build.properties',
    )
  }
  const url = new URL('webhooks/webhook/causeway', gate.endsWith('/') ? gate : `${gate}/`)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(renderTrigger(parseProperties(readFileSync(file, 'utf8')), secret)),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`Spinnaker answered ${response.status}: ${text.slice(0, 500)}`)
  // Says only that Spinnaker took the event; Spinnaker shows which pipelines it started.
  const { eventProcessed, eventId } = JSON.parse(text)
  if (eventProcessed !== true) throw new Error(`Spinnaker did not take the event: ${text}`)
  process.stdout.write(`Spinnaker has event ${eventId}\n`)
}

if (process.argv[1] === import.meta.filename) {
  await main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
