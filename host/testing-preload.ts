import { afterAll } from 'bun:test'
import { closeTestCluster } from './testing-cluster.ts'

afterAll(closeTestCluster)
