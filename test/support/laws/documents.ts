// What the code promises stands in the documents: every error code has its heading in
// docs/errors.md and none is explained that no longer exists; every bound that a user can set is in
// docs/limits.md.

import { isNode, nameOf, walk } from '../source-file.ts'
import type { SourceFile } from '../source-file.ts'
import { isShipped } from '../source-tree.ts'
import type { Breach } from './breach.ts'

const ERRORS_DOCUMENT = 'docs/errors.md'
const LIMITS_DOCUMENT = 'docs/limits.md'
/** Codes of Node that we recognise; they are explained in its manual. */
const NODE_CODES = new Set([
  'ERR_PARSE_ARGS_UNKNOWN_OPTION',
  'ERR_SOCKET_CLOSED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_UNKNOWN_FILE_EXTENSION',
])
const ERROR_CODE = /^ERR_[A-Z0-9]+(_[A-Z0-9]+)+$/

export function checkErrorCodes(files: readonly SourceFile[], document: string): Breach[] {
  const uses = new Map(files.filter(({ path }) => isShipped(path)).flatMap(errorCodes))
  const headings = new Map(headingCodes(document))
  const undocumented = [...uses]
    .filter(([code]) => !headings.has(code))
    .map(([code, { path, line }]): Breach => {
      const message = `${code} has no heading in ${ERRORS_DOCUMENT}`
      return { path, line, law: 'errors', message }
    })
  const unused = [...headings]
    .filter(([code]) => !uses.has(code))
    .map(([code, line]): Breach => {
      const message = `${code} is no error code of the sources`
      return { path: ERRORS_DOCUMENT, line, law: 'errors', message }
    })
  return [...undocumented, ...unused]
}

interface Place {
  readonly path: string
  readonly line: number
}

function errorCodes(file: SourceFile): [string, Place][] {
  const found: [string, Place][] = []
  for (const { node } of walk(file.program)) {
    const value = node.type === 'Literal' ? node['value'] : undefined
    if (typeof value !== 'string' || !ERROR_CODE.test(value) || NODE_CODES.has(value)) continue
    found.push([value, { path: file.path, line: file.lineOf(node.start) }])
  }
  return found
}

function headingCodes(document: string): [string, number][] {
  return document.split('\n').flatMap((line, index): [string, number][] => {
    const code = /^#{2,4} `?(ERR_[A-Z0-9_]+)`?/.exec(line)?.[1]
    return code === undefined ? [] : [[code, index + 1]]
  })
}

/** Bounds are the properties ending in `Max` of exported types. */
export function checkLimits(files: readonly SourceFile[], document: string): Breach[] {
  return files
    .filter(({ path }) => isShipped(path))
    .flatMap(exportedBounds)
    .filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(document))
    .map(({ name, path, line }): Breach => {
      const message = `${name} is not in ${LIMITS_DOCUMENT}`
      return { path, line, law: 'law 4', message }
    })
}

function exportedBounds(file: SourceFile): (Place & { readonly name: string })[] {
  const found: (Place & { readonly name: string })[] = []
  for (const { node } of walk(file.program)) {
    const declaration = node.type === 'ExportNamedDeclaration' ? node['declaration'] : undefined
    if (!isNode(declaration) || !TYPE_DECLARATIONS.has(declaration.type)) continue
    for (const { node: member } of walk(declaration)) {
      const name = member.type === 'TSPropertySignature' ? nameOf(member['key']) : undefined
      if (name === undefined || !/[a-z]Max$/.test(name)) continue
      found.push({ name, path: file.path, line: file.lineOf(member.start) })
    }
  }
  return found
}

const TYPE_DECLARATIONS = new Set(['TSInterfaceDeclaration', 'TSTypeAliasDeclaration'])
