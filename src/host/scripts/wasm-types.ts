// The parts of JavaScript's WebAssembly interface that scripts use: Node's types leave them out.

declare global {
  namespace WebAssembly {
    type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>
    interface Exports {
      readonly [name: string]: unknown
    }
    interface Memory {
      readonly buffer: ArrayBuffer
    }
    interface Table {
      get(index: number): (a: number, b: number) => void
    }
    interface Global {
      value: number
    }
    class Module {
      constructor(bytes: Uint8Array)
    }
    class Instance {
      constructor(module: Module, imports: Imports)
      readonly exports: Exports
    }
    class RuntimeError extends Error {}
  }
}

export {}
