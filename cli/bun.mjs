// Runs Bun with the given arguments: `node cli/bun.mjs test`. Tests and the lab need the development dependencies.
import { launch } from './launch.mjs'

launch(process.argv.slice(2), { dev: true })
