import { describe, expect, it } from "vitest";
import { groups, placeAt } from "./places";

describe("the menu", () => {
  it("knows the place of a page below it, and none for a stranger", () => {
    expect(placeAt("/reviews")).toBe("/reviews");
    expect(placeAt("/liaisons/8c1f")).toBe("/liaisons");
    expect(placeAt("/liaison-lists/8c1f")).toBe("/liaison-lists");
    expect(placeAt("/projectsx")).toBeUndefined();
    expect(placeAt("/")).toBeUndefined();
  });
  it("leads to every place once", () => {
    const paths = groups.flatMap((g) => g.places.map((p) => p.path));
    expect(new Set(paths).size).toBe(paths.length);
  });
});
