/** What is shipped needs nothing from elsewhere; what builds it is pinned, and runs nothing while it is installed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
const { "": root, ...installed }: Record<string, Locked> = lock.packages;

describe("the package", () => {
  test("has no dependency: what it needs is in its own files", () => {
    for (const kind of ["dependencies", "optionalDependencies", "peerDependencies", "bundleDependencies"])
      expect(manifest[kind], kind).toBeUndefined();
  });

  test("runs nothing when it is installed", () => {
    for (const script of ["preinstall", "install", "postinstall", "prepare"])
      expect(manifest.scripts[script], script).toBeUndefined();
  });
});

describe("what it is built with", () => {
  test("is pinned to exact versions, and locked to them", () => {
    for (const [name, version] of Object.entries<string>(manifest.devDependencies)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(installed[`node_modules/${name}`]?.version, name).toBe(version);
    }
    expect(root?.devDependencies).toEqual(manifest.devDependencies);
  });

  test("is known by its digest, all but what is for other machines", () => {
    const unknown = Object.entries(installed).filter(([, one]) => one.integrity === undefined && one.optional !== true);
    expect(unknown).toEqual([]);
  });

  test("is installed without running a script of anybody's", () => {
    // esbuild's only checks what npm has put there.
    const scripted = Object.entries(installed).filter(([, one]) => one.hasInstallScript === true);
    expect(scripted.map(([path]) => path)).toEqual(["node_modules/esbuild"]);
    expect(readFileSync(join(ROOT, "scripts/ready"), "utf8")).toMatch(/npm ci .*--ignore-scripts/);
  });
});
