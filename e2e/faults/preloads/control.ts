import { registerHooks } from "node:module";
import { CONTROLS } from "../controls.ts";

/** Loaded into a process before the product: it runs without the protection that ADE_FAULT_CONTROL names. */
const control = CONTROLS.find(({ name }) => name === process.env.ADE_FAULT_CONTROL);
const without = control?.without;
if (without) {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(without.file)) return loaded;
      const source = String(loaded.source);
      if (!source.includes(without.text)) throw new Error(`${without.file} has no ${without.text} any more`);
      return { ...loaded, source: source.replace(without.text, without.instead) };
    },
  });
}
