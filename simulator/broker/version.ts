// The broker's version, as it tells it under `$SYS`.

export const VERSION = '0.1.0'
