import { shared } from './shared.js'

export * from './shared.js'
export { shared as again } from './shared.js'

export const data = new URL('./data.bin', import.meta.url)

export function start() {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
  worker.postMessage(shared)
  return import('./dialog.js')
}
