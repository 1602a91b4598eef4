import { data } from './library.js'

export const later = value => console.log(value, data)
