import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { createApp, h } from 'vue'

import { data, start } from './library.js'
import logo from './logo.svg'
import './site.css'

createApp({ render: () => h('img', { src: logo }) }).mount('#vue')
createRoot(document.querySelector('#react')).render(createElement('p', null, String(data)))
start().then(({ open }) => open())
