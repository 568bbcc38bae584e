import { describe, expect, it } from "vitest";
import { cameraOn, fitCamera, zoomAt } from "./camera.ts";

const view = { width: 400, height: 300 };

describe("camera", () => {
  it("shows all, in the middle, never larger than life", () => {
    expect(fitCamera({ width: 100, height: 100 }, view)).toEqual({ scale: 1, x: 150, y: 100 });
    const wide = fitCamera({ width: 3520, height: 100 }, view);
    expect(wide.scale).toBe(0.15);
  });

  it("stays readable, around the point, without leaving the content", () => {
    const content = { width: 2000, height: 100 };
    expect(cameraOn({ x: 0, y: 50 }, content, view)).toMatchObject({ scale: 0.6, x: 24 });
    expect(cameraOn({ x: 1000, y: 50 }, content, view).x).toBe(200 - 600);
    expect(cameraOn({ x: 2000, y: 50 }, content, view).x).toBe(400 - 1200 - 24);
  });

  it("zooms around the pointer, within limits", () => {
    const camera = zoomAt({ x: 10, y: 20, scale: 1 }, 1.5, { x: 110, y: 220 });
    // What was under the pointer still is: (110 - 10) / 1 = (110 - x) / 1.5.
    expect(camera).toEqual({ scale: 1.5, x: -40, y: -80 });
    expect(zoomAt(camera, 100, { x: 0, y: 0 }).scale).toBe(2);
  });
});
