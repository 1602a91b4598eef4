export const shared = ['shared', /import\(".\/no.js"\)/.source, `${'`'} import './no.js'`]
