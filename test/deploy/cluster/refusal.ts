import { waitFor } from '../../support/waitFor.ts'
import type { Cluster } from './cluster.ts'
import { DEPLOYER } from './controlPlane.ts'

const LABEL = 'refusing'
const PARAMETERS = 'refused-kind'

/**
 * Makes an API server that refuses one kind of object, as a quota, a policy or a webhook would: in namespaces that it was told of, for
 * those who deploy, and not for controllers.
 */
export class Refusal {
  readonly #cluster: Cluster

  static async install(cluster: Cluster): Promise<Refusal> {
    const metadata = { name: 'refusal' }
    const expression = `request.userInfo.username != '${DEPLOYER}' || !request.name.startsWith('causeway') || request.kind.kind != params.data.kind`
    await cluster.apply([
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata,
        spec: {
          failurePolicy: 'Fail',
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: ['*'],
                apiVersions: ['*'],
                resources: ['*'],
                // Its parameters are in namespaces.
                scope: 'Namespaced',
                operations: ['CREATE', 'UPDATE'],
              },
            ],
          },
          validations: [{ expression, message: 'refused by the test' }],
        },
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata,
        spec: {
          policyName: metadata.name,
          validationActions: ['Deny'],
          matchResources: { namespaceSelector: { matchLabels: { [LABEL]: 'yes' } } },
          paramRef: { name: PARAMETERS, parameterNotFoundAction: 'Allow' },
        },
      },
    ])
    return new Refusal(cluster)
  }

  private constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** Runs `action` while a kind is refused in a namespace. `example` is an object of that kind there, such as `deployment/a`. */
  async during(
    namespace: string,
    { kind, example }: { kind: string; example: string },
    action: () => Promise<void>,
  ): Promise<void> {
    const where = ['--namespace', namespace]
    await this.#cluster.kubectl('label', 'namespace', namespace, `${LABEL}=yes`, '--overwrite')
    await this.#cluster.kubectl(
      'create',
      'configmap',
      PARAMETERS,
      `--from-literal=kind=${kind}`,
      ...where,
    )
    const isRefused = async () => {
      try {
        const change = ['tried=yes', '--overwrite', '--dry-run=server']
        await this.#cluster.kubectl('annotate', example, ...change, ...where)
        return false
      } catch {
        return true
      }
    }
    await waitFor(isRefused, 30, 200)
    try {
      await action()
    } finally {
      await this.#cluster.kubectl('delete', 'configmap', PARAMETERS, ...where)
      await waitFor(async () => !(await isRefused()), 30, 200)
    }
  }
}
