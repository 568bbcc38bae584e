import { describe, expect, it } from "vitest";
import { parseFileRoots } from "./file-roots.ts";

describe("ADE_FILE_ROOTS", () => {
  it.each([
    ["", {}],
    [" , ", {}],
    ["app=/srv/app", { app: "/srv/app" }],
    ["app = /srv/app/ , b-2=/srv/./b/../b,", { app: "/srv/app", "b-2": "/srv/b" }],
    ["a=/srv/a=b", { a: "/srv/a=b" }],
    ["a=/srv/app,b=/srv/app2", { a: "/srv/app", b: "/srv/app2" }],
  ])("reads %j", (text, roots) => {
    expect(parseFileRoots(text)).toEqual(roots);
  });

  it.each([
    ["app", '"app" is not name=folder'],
    ["=/srv", '"=/srv" is not name=folder'],
    ["app=", '"app=" is not name=folder'],
    ["app=srv", 'The folder of file root app must be an absolute path, not "srv"'],
    ["a/b=/srv", '"a/b" is no name for a file root'],
    ["..=/srv", '".." is no name for a file root'],
    ["__proto__=/srv", '"__proto__" is no name for a file root'],
    ["a=/x,a=/y", "File root a is given twice"],
    ["a=/srv,b=/srv/b", "File root b lies inside file root a"],
    ["a=/srv/x,b=/srv/x/", "lies inside"],
    ["a=/,b=/srv", "File root b lies inside file root a"],
  ])("refuses %j with a sentence", (text, sentence) => {
    expect(() => parseFileRoots(text)).toThrow(sentence);
  });
});
