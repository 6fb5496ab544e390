/** A value of values.yaml with the comment above it. */
interface DocumentedValue {
  path: string
  comment: string
}

/** Reads the comments of values.yaml: each belongs to the key right below it. */
export function readComments(values: string): DocumentedValue[] {
  const found: DocumentedValue[] = []
  const path: string[] = []
  let comment: string[] = []
  for (const line of values.split('\n')) {
    const [, words] = /^\s*# (.*)$/.exec(line) ?? []
    const [, indent, key] = /^( *)([A-Za-z_]+):/.exec(line) ?? []
    if (words !== undefined) comment.push(words)
    else {
      if (indent !== undefined && key !== undefined) {
        path.splice(indent.length / 2, path.length, key)
        if (comment.length > 0) found.push({ path: path.join('.'), comment: comment.join(' ') })
      }
      comment = []
    }
  }
  return found
}

/** The chart's README: how to install it, and a row for each value. `text` is values.yaml, `values` its parsed content. */
export function chartReadme(text: string, values: unknown): string {
  const rows = readComments(text).map(
    ({ path, comment }) =>
      `| \`${path}\` | ${cell(`\`${JSON.stringify(at(values, path))}\``)} | ${cell(comment)} |`,
  )
  return `# causeway

The Helm chart of Causeway: ingest, bridge, gateway, account and the edge (nginx with the page), and optionally an MQTT broker. You bring
Postgres and Redis. [docs/deploy.md](../../docs/deploy.md) goes from nothing to production, step by step.

\`\`\`
kubectl create secret generic causeway --from-env-file=secret.env
helm install causeway charts/causeway --set secrets.existingSecret=causeway,auth.publicOrigin=https://chat.example.org
helm test causeway
\`\`\`

It needs Kubernetes 1.30 or later. [ci/](ci) has values for three sizes: \`laptop\`, \`small\` and \`ha\`.

This file is made from [values.yaml](values.yaml) by \`npm run test:deploy -- --update\`.

| value | default | meaning |
| --- | --- | --- |
${rows.join('\n')}
`
}

/** The value at a dotted path; undefined if there is none. */
export function at(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    const inner: Record<string, unknown> = Object(value)
    return inner[key]
  }, values)
}

function cell(words: string): string {
  return words.replaceAll('|', '\\|')
}
