import type { Knee } from '../load/knee.ts'
import type { LoadFigures, LoadReport } from '../load/result.ts'
import type { Spike } from '../load/spike.ts'

/** A run, and the search or the spike it is the last run of. */
export type Shown = LoadReport & { knee?: Knee | undefined; spike?: Spike | undefined }

/** Undefined when the run was refused: then there is no figure, whatever was measured. */
export const figuresOf = ({ result }: LoadReport): LoadFigures | undefined => (result.refusals.length > 0 ? undefined : result.figures)
