import type { CsvFile, CsvLook } from './csv-file.ts'
import { noQuirks, type Quirks, quirksOf } from './quirks.ts'

/** One file of a family: what it looks like and how its rows follow from the family's plan. */
export type FamilyFile<Plan> = {
  /** Tells its quirks' random numbers from those of other files. */
  of: string
  name: string
  columns: string[]
  /** Left out of a clean set. */
  look: CsvLook
  /** All its rows, and how many of them, the first ones, belong to hand-made products. */
  size: (plan: Plan) => { rows: number; handMade: number }
  rows: (plan: Plan, quirks: Quirks) => Iterable<string>
}

type AnyPlan = { seed: number; clean: boolean }

export const csvFile = <Plan extends AnyPlan>(plan: Plan, file: FamilyFile<Plan>): CsvFile => ({
  name: file.name,
  columns: file.columns,
  rowsTotal: file.size(plan).rows,
  look: plan.clean ? {} : file.look,
  rows() {
    const quirks = quirksIn(plan, file)
    return quirks.order(file.rows(plan, quirks))
  },
})

/** The quirks of a file: asked for anew they are the same again, so a child's file finds the ids of its parents'. */
export const quirksIn = <Plan extends AnyPlan>(plan: Plan, file: FamilyFile<Plan>): Quirks =>
  plan.clean ? noQuirks : quirksOf(plan.seed, file.of, file.size(plan).handMade)
