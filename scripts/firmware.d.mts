// Types of firmware.mjs, which is plain JavaScript like its neighbours.

export type Compiler = 'gcc-avr' | 'gcc-arm-none-eabi'

export declare const IMAGES: string
export declare function imageNames(compiler: Compiler): readonly string[]
export declare function compilerVersion(compiler: Compiler): string
export declare function buildSketch(name: string, hex: string): void
export declare function buildImages(compiler: Compiler, folder: string): void
export declare function flashBytes(source: string): number
