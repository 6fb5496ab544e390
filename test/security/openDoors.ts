import type { Stack } from '../../stack/stack.ts'
import type { Opened } from '../support/disposables.ts'
import { testStack } from '../support/testStack.ts'
import { type Door, originsOf } from './doors.ts'

/** A stack of one service each until the end of the test file, with the origin of each door. */
export async function openDoors(
  opened: Opened,
): Promise<{ stack: Stack; origins: Record<Door, string> }> {
  const stack = await testStack({ ingests: 1, gateways: 1, bridges: 1 })
  opened.add(() => stack.stop())
  return { stack, origins: originsOf(stack) }
}
