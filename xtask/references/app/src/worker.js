import { shared } from './shared.js'

self.onmessage = ({ data }) => import('./later.js').then(({ later }) => later([data, shared]))
