// The one door to the event emitter package, so that it can be replaced and measured.

import { EventEmitter } from 'eventemitter3'

export { EventEmitter }
