/** Stops the control plane of this run. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.causewayControlPlane?.stop()
}
