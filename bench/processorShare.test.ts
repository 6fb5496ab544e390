import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { ProcessorShare } from './processorShare.ts'

let root: string
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8')

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'causeway-cgroup-'))
})

describe('a share of a core', () => {
  test('is written as version 2 of control groups wants it', () => {
    writeFileSync(join(root, 'cgroup.controllers'), 'cpu io memory')
    new ProcessorShare('one', 0.15, root).add(7)
    expect(read('cgroup.subtree_control')).toBe('+cpu')
    expect([read('one', 'cpu.max'), read('one', 'cgroup.procs')]).toEqual(['1500 10000', '7'])
  })

  test('is written as version 1 wants it', () => {
    mkdirSync(join(root, 'cpu'))
    new ProcessorShare('one', 0.5, root).add(7)
    expect(read('cpu', 'one', 'cpu.cfs_period_us')).toBe('10000')
    expect(read('cpu', 'one', 'cpu.cfs_quota_us')).toBe('5000')
    expect(read('cpu', 'one', 'cgroup.procs')).toBe('7')
  })

  test('that cannot be had says why, and leaves nothing', () => {
    expect(() => new ProcessorShare('one', 0.5, root)).toThrow('only be shared out by root')
    expect(existsSync(join(root, 'cpu'))).toBe(false)
  })
})
