// Types of firmware.mjs, which is plain JavaScript like its neighbours.

export declare const IMAGES: string
export declare const IMAGE_NAMES: readonly string[]
export declare function buildSketch(name: string, hex: string): void
export declare function buildImages(folder: string): void
export declare function flashBytes(source: string): number
