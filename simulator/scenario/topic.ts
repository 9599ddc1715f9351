// Whether text can be a topic name or a topic filter [MQTT5-4.7]. Templates are checked before they
// are filled in: placeholders count as ordinary text, which is right as long as what fills them
// holds no wildcard, and group names, seeds and numbers do not. O(length).

/** Why `text` is no topic to publish to: the phrase after "expected"; undefined when it is one. */
export function objectionToTopic(text: string): string | undefined {
  if (text === '') return 'a topic of at least one character'
  if (text.includes('\0')) return 'a topic without the null character'
  if (/[+#]/.test(text)) return 'a topic without the wildcards + and #'
  return text.startsWith('$') ? 'a topic that does not begin with $' : undefined
}

/** The same for a filter to subscribe to. */
export function objectionToFilter(text: string): string | undefined {
  if (text === '') return 'a filter of at least one character'
  if (text.includes('\0')) return 'a filter without the null character'
  const levels = text.split('/')
  for (const [position, level] of levels.entries()) {
    if (level.includes('+') && level !== '+') return '+ as a whole level of the filter'
    const isLast = position === levels.length - 1
    if (level.includes('#') && !(level === '#' && isLast)) return '# as the last whole level'
  }
  return undefined
}
