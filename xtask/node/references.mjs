// Finds references with parsers that staticc does not use: oxc-parser and es-module-lexer for
// JavaScript, css-tree for CSS. Reads paths from standard input and writes a line of JSON for
// each: {"path", "oracles": {NAME: {"error"} or {"references": [[syntax, start, end, value]]}}}.
// The range is that of the string or url(…), in bytes.
//
// usage: node references.mjs NODE_MODULES

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(process.argv[2] + '/')
const oxc = require('oxc-parser')
const cssTree = require('css-tree')
const lexer = require('es-module-lexer')
await lexer.init

// As ECMA-426 and browsers want it, in a comment without its marks.
const SOURCE_MAP = /^[#@]\s*sourceMappingURL=\s*([^\s'"]*)\s*$/
const NAMES_SOURCE_MAP = /^[#@]\s*sourceMappingURL=/

// An @import counts before all rules but @charset, @layer statements and rules that browsers
// skip, and no @layer stands between imports.
const SKIPPED = /^(charset|-.*|tailwind|use|forward|document|viewport|custom-media|nest|apply|config|theme|source|plugin|utility|variant|custom-variant|reference|include|mixin|if|else|each|for|while|extend|function|return|debug|warn|error|at-root|content)$/i

for await (const path of createInterface({ input: process.stdin })) {
  const bytes = readFileSync(path)
  let text = bytes.toString('utf8')
  let offset = utf8Offsets(text)
  if (!Buffer.from(text).equals(bytes)) {
    // Not UTF-8: each byte is a character, and a letter to all of these parsers.
    text = bytes.toString('latin1').replace(/[\x80-\xff]/g, 'ª')
    offset = index => index
  }
  const oracles = path.endsWith('.css')
    ? { 'css-tree': () => css(text) }
    : { 'oxc-parser': () => javascript(path, text), 'es-module-lexer': () => imports(text) }
  const answers = {}
  for (const [name, find] of Object.entries(oracles)) {
    try {
      const references = find().filter(([, , , value]) => value)
      references.sort((one, other) => one[1] - other[1])
      answers[name] = { references: references.map(([syntax, start, end, value]) => [syntax, offset(start), offset(end), value.toWellFormed()]) }
    } catch (error) {
      answers[name] = { error: String(error.message ?? error).slice(0, 200) }
    }
  }
  process.stdout.write(JSON.stringify({ path, oracles: answers }) + '\n')
}

// A function from an index in UTF-16 to one in UTF-8. It is asked in any order.
function utf8Offsets(text) {
  const step = 4096
  const known = [0]
  return index => {
    const block = Math.floor(index / step)
    while (known.length <= block) {
      const start = (known.length - 1) * step
      known.push(known.at(-1) + utf8Length(text, start, start + step))
    }
    return known[block] + utf8Length(text, block * step, index)
  }
}

function utf8Length(text, start, end) {
  let length = 0
  for (let index = start; index < end; index++) {
    const unit = text.charCodeAt(index)
    // Each half of a surrogate pair counts for two bytes.
    length += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
  }
  return length
}

// -- JavaScript

function imports(text) {
  const references = []
  // Who decodes a file takes its BOM off, and the lexer relies on it.
  for (const { type, specifier, glob, start, end } of lexer.parse(text.replace(/^\ufeff/, ' '))[0]) {
    if (typeof specifier !== 'string' || glob) continue
    // Of a dynamic import, the range has the quotation marks.
    if (type === 'dynamic') references.push(['dynamic', start, end, specifier])
    else references.push(['static', start - 1, end + 1, specifier])
  }
  return references
}

function javascript(path, text) {
  const types = path.endsWith('.mjs') ? ['module'] : path.endsWith('.cjs') ? ['commonjs', 'script'] : ['module', 'script', 'commonjs']
  let parsed
  let error
  for (const sourceType of types) {
    parsed = oxc.parseSync('a.js', text, { sourceType })
    if (parsed.errors.length === 0) break
    error ??= parsed.errors[0].message
  }
  if (parsed.errors.length > 0) throw new Error(error)
  const references = []
  for (const { moduleRequest } of parsed.module.staticImports) {
    references.push(['static', moduleRequest.start, moduleRequest.end, moduleRequest.value])
  }
  for (const { entries } of parsed.module.staticExports) {
    const request = entries.find(entry => entry.moduleRequest)?.moduleRequest
    if (request) references.push(['static', request.start, request.end, request.value])
  }
  const mentions = text.includes('import')
  if (mentions && (parsed.module.dynamicImports.length > 0 || parsed.module.importMetas.length > 0)) {
    walk(parsed.program, references)
  } else if (mentions && text.includes('export')) {
    // `export {} from "x"` has no entries.
    for (const node of parsed.program.body) exportFrom(node, references)
  }
  addSourceMap(
    parsed.comments.map(({ value, start, end }) => ({ inside: value, start, end })),
    references,
  )
  return unique(references)
}

function exportFrom(node, references) {
  if (/^Export(Named|All)Declaration$/.test(node.type) && node.source) {
    references.push(['static', node.source.start, node.source.end, node.source.value])
  }
}

function walk(root, references) {
  const pending = [root]
  while (pending.length > 0) {
    const node = pending.pop()
    visit(node, references)
    for (const key in node) {
      const value = node[key]
      if (value && typeof value === 'object') {
        if (Array.isArray(value)) pending.push(...value.filter(item => item && typeof item === 'object'))
        else if (value.type) pending.push(value)
      }
    }
  }
}

function visit(node, references) {
  exportFrom(node, references)
  if (node.type === 'ImportExpression') literal('dynamic', node.source, references)
  if (node.type === 'CallExpression' && isImportMeta(node.callee, 'resolve')) {
    literal('resolve', node.arguments[0], references)
  }
  if (
    node.type === 'NewExpression' &&
    node.callee.name === 'URL' &&
    node.arguments.length === 2 &&
    isImportMeta(withoutEmptyString(node.arguments[1]), 'url')
  ) {
    literal('new-url', node.arguments[0], references)
  }
}

// Vite writes "" + import.meta.url.
function withoutEmptyString(node) {
  const isSum = node.type === 'BinaryExpression' && node.operator === '+'
  const isEmpty = isSum && (node.left.value === '' || node.left.quasis?.map(({ value }) => value.cooked).join('${}') === '')
  return isEmpty ? node.right : node
}

function isImportMeta(node, property) {
  const chained = node?.type === 'ChainExpression' ? node.expression : node
  return (
    chained?.type === 'MemberExpression' &&
    chained.object.type === 'MetaProperty' &&
    !chained.computed &&
    chained.property.name === property
  )
}

function literal(syntax, node, references) {
  if (node?.type === 'Literal' && typeof node.value === 'string') {
    references.push([syntax, node.start, node.end, node.value])
  }
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) {
    references.push([syntax, node.start, node.end, node.quasis[0].value.cooked])
  }
}

// The last comment that names a source map counts, and only if it does so in one word.
function addSourceMap(comments, references) {
  const last = comments.filter(({ inside }) => NAMES_SOURCE_MAP.test(inside)).at(-1)
  const url = last && SOURCE_MAP.exec(last.inside)?.[1]
  if (url) references.push(['source-map', last.start, last.end, url])
}

function unique(references) {
  const seen = new Map(references.map(reference => [`${reference[1]}`, reference]))
  return [...seen.values()]
}

// -- CSS

function css(text) {
  const references = []
  const parsed = cssTree.parse(text, { positions: true, parseCustomProperty: true, parseRulePrelude: false })
  importRules(parsed, references)
  cssTree.walk(parsed, {
    visit: 'Declaration',
    enter(declaration) {
      urls(declaration.value, declaration.property.startsWith('--'), references)
    },
  })
  const comments = []
  cssTree.tokenize(text, (type, start, end) => {
    const comment = text.slice(start, end)
    if (type === cssTree.tokenTypes.Comment && /^\/\*[^]*\*\/$/.test(comment) && comment.length >= 4) {
      comments.push({ inside: comment.slice(2, -2), start, end })
    }
  })
  addSourceMap(comments, references)
  return unique(references)
}

function urls(value, isCustom, references) {
  cssTree.walk(value, {
    enter(node) {
      if (node.type === 'Url') push(isCustom ? 'custom' : 'url', node, references)
      // css-tree leaves escapes in the names of functions.
      const name = node.type === 'Function' ? cssTree.ident.decode(node.name).toLowerCase() : ''
      if (name === 'url' && node.children.first?.type === 'String') {
        push(isCustom ? 'custom' : 'url', node.children.first, references)
      }
      if (/^(-webkit-)?image-set$/.test(name)) {
        node.children.forEach(child => {
          if (child.type === 'String') push(isCustom ? 'custom' : 'image-set', child, references)
        })
      }
    },
  })
}

function push(syntax, { loc, value }, references) {
  references.push([syntax, loc.start.offset, loc.end.offset, value])
}

function importRules(sheet, references) {
  let sawImport = false
  for (const rule of sheet.children.toArray()) {
    if (rule.type === 'Comment' || rule.type === 'CDO' || rule.type === 'CDC' || rule.type === 'WhiteSpace') continue
    if (rule.type !== 'Atrule') return
    const name = rule.name.toLowerCase()
    if (name === 'import') {
      if (rule.block) continue
      const first = rule.prelude?.children?.first
      if (first?.type === 'Url' || first?.type === 'String') {
        push('import', first, references)
        sawImport = true
      }
    } else if (name === 'layer' && !rule.block) {
      if (sawImport) return
    } else if (!SKIPPED.test(name)) {
      return
    }
  }
}
