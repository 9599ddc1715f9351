// Types of components.mjs, which is plain JavaScript because it runs before npm has installed
// anything.

export interface Component {
  readonly name: string
  readonly executables: readonly string[]
  readonly files?: readonly string[]
  readonly debian: string
  readonly isOptional?: boolean
}

export const COMPONENTS: readonly Component[]
export function findComponent(component: Component): string | undefined
export function isTurnedOff(name: string): boolean
export function switchOf(name: string): string
export function locateComponent(name: string): string | undefined
export function locateExecutable(file: string): string | undefined
export function installCommand(names: readonly string[]): string
