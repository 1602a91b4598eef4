import { shared } from './shared.js'

export function open() {
  import(`./later.js`).then(({ later }) => later(shared))
}
