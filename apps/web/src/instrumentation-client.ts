// Zod tries once whether it may make functions of text; the Content-Security-Policy refuses that, and browsers report
// every refusal. Where zod keeps its settings is written here directly: its own `config()` would come with 4 kB of it
// on every page, and few pages need any.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
