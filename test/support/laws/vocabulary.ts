// Words that never enter the project: paths of somebody's machine, and talk about how the text came
// about instead of what it says. Looks at every text file.

import type { Breach } from './breach.ts'

interface Word {
  readonly pattern: RegExp
  readonly why: string
}

// Written so that this file does not contain what it looks for.
const WORDS: readonly Word[] = [
  { pattern: /(?<![\w.-])\/work\/[\w.]/, why: 'an absolute path of one machine' },
  { pattern: /(?<![\w.-])\/(home|Users)\/[\w.]/, why: 'an absolute path of one machine' },
  { pattern: /(?<![\w.-])\/root\/[\w.]/, why: 'an absolute path of one machine' },
  { pattern: /\b(this|my)[ ]session\b/i, why: 'say which session; it reads like a diary' },
  { pattern: /\b(as an|I am an)[ ](AI|assistant|language model)\b/i, why: 'not about the code' },
]

/** `files` are path and text of whatever is not binary. */
export function checkVocabulary(
  files: readonly { readonly path: string; readonly text: string }[],
): Breach[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) =>
      WORDS.flatMap(({ pattern, why }) => {
        const found = pattern.exec(line)
        if (found === null) return []
        const message = `"${found[0]}" is ${why}`
        return [{ path, line: index + 1, law: 'words', message }]
      }),
    ),
  )
}
