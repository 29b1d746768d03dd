/** The import law of src, read from its import lines. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const SRC = join(ROOT, "src");

/**
 * The map of src: each room, that is a folder or a loose file, and the rooms whose files it may import in any way (also types
 * and import()). A room stands below those that import it: the lowest comes first.
 */
const MAP: Readonly<Record<string, readonly string[]>> = {
  text: [],
  runtime: ["text"],
  "args.ts": ["text", "runtime"],
  "aws-names": ["text", "runtime"],
  disk: ["runtime"],
  "aws-files": ["runtime", "disk"],
  processes: ["text", "runtime", "disk"],
  keys: ["runtime", "processes"],
  locking: ["runtime", "disk", "processes"],
  terminal: ["text", "runtime", "processes"],
  caller: ["runtime", "processes", "locking", "terminal"],
  profile: ["text", "runtime", "args.ts", "aws-names", "aws-files", "keys"],
  dialogs: ["text", "runtime", "disk", "processes", "profile"],
  session: ["runtime", "aws-names", "disk", "keys", "profile"],
  aws: ["text", "runtime", "processes", "profile", "session"],
  cache: ["runtime", "disk", "session"],
  mfa: ["text", "runtime", "aws-names", "disk", "processes", "terminal", "session"],
  edge: ["runtime", "disk", "locking", "terminal", "caller", "cache"],
  ready: ["runtime", "disk", "profile", "session", "cache"],
  refresh: [
    "text",
    "runtime",
    "aws-names",
    "disk",
    "keys",
    "locking",
    "terminal",
    "caller",
    "profile",
    "dialogs",
    "session",
    "aws",
    "cache",
    "mfa",
    "ready",
  ],
  "start.ts": ["edge", "ready"],
  doctor: [
    "text",
    "runtime",
    "args.ts",
    "aws-names",
    "disk",
    "aws-files",
    "processes",
    "keys",
    "locking",
    "terminal",
    "profile",
    "dialogs",
    "session",
    "aws",
    "cache",
    "ready",
    "refresh",
  ],
  "get-session.ts": ["runtime", "args.ts", "aws-files", "profile", "session", "cache", "refresh"],
  setup: [
    "text",
    "runtime",
    "args.ts",
    "aws-names",
    "disk",
    "aws-files",
    "terminal",
    "profile",
    "session",
    "aws",
    "cache",
    "refresh",
  ],
  commands: [
    "text",
    "runtime",
    "args.ts",
    "aws-names",
    "disk",
    "aws-files",
    "keys",
    "locking",
    "terminal",
    "profile",
    "session",
    "aws",
    "cache",
    "mfa",
    "ready",
    "refresh",
    "doctor",
    "get-session.ts",
    "setup",
  ],
  "run.ts": ["runtime", "args.ts", "edge", "commands"],
  "main.ts": ["runtime", "edge", "run.ts"],
};

/** Said in the text of a script that another process runs. */
const IN_ITS_SCRIPT = ["argv", "stdout"];
/** What of `process` may be used away from the process edge: its number, the platform, signals, where Node is; never its streams. */
const PROCESS_MEMBERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^disk\/private-file\.ts$/, ["pid"]],
  [/^edge\/bundles\.ts$/, ["version", "arch", "execPath"]],
  [/^runtime\/clock\.ts$/, ["hrtime"]],
  [/^runtime\/log\.ts$/, ["pid"]],
  [/^aws\/host-names\.ts$/, ["execPath", ...IN_ITS_SCRIPT]],
  [/^doctor\/look\/program\.ts$/, ["versions"]],
  [/^processes\/kill-tree\.ts$/, ["kill"]],
  [/^ready\/rule\.ts$/, ["platform"]],
  [/^caller\/ancestors\.ts$/, ["pid", "ppid", "platform"]],
  [/^locking\/process-identity\.ts$/, ["pid", "platform", "kill"]],
  [/^terminal\/\w+\.ts$/, ["pid", "platform", "kill", "on", "off"]],
];

interface Import {
  readonly kind: "static" | "type" | "dynamic";
  /** A file of src, or the name as it is written. */
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.split(sep).join("/"))
  .sort();
const codeOf = new Map(files.map((file) => [file, withoutComments(readFileSync(join(SRC, file), "utf8"))]));
const importsOf = new Map(files.map((file) => [file, parseImports(file, codeOf.get(file) ?? "")]));

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

function parseImports(file: string, code: string): Import[] {
  const target = (name: string): string =>
    name.startsWith(".")
      ? relative(SRC, resolve(SRC, dirname(file), name))
          .split(sep)
          .join("/")
      : name;
  const lines =
    /^\s*(?:import\s+(?:(type)\s+)?(?:[\w*{][^;"']*?\sfrom\s+)?|export\s+(?:(type)\s+)?(?:\*|\{[^}]*\})[^;"']*?from\s+)"([^"]+)"/gm;
  return [
    ...[...code.matchAll(lines)].map(([, type, exportType, name = ""]) => ({
      kind: (type ?? exportType) === undefined ? ("static" as const) : ("type" as const),
      to: target(name),
    })),
    ...[...code.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)].map(([, name = ""]) => ({
      kind: "dynamic" as const,
      to: target(name),
    })),
  ];
}

function importersOf(to: RegExp, kinds: readonly Import["kind"][] = ["static", "type", "dynamic"]): string[] {
  return files.filter((file) => importsOf.get(file)?.some((one) => kinds.includes(one.kind) && to.test(one.to)));
}

/** Every file that is loaded with these. */
function staticClosure(entries: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { kind, to } of importsOf.get(file) ?? []) if (kind === "static") visit(to);
  };
  entries.forEach(visit);
  return reached;
}

/** A circle of imports of any kind that go through this file, or none. */
function circleFrom(start: string): string | undefined {
  const seen = new Set<string>();
  const search = (file: string, path: readonly string[]): string | undefined => {
    for (const { to } of importsOf.get(file) ?? []) {
      if (to === start) return [...path, to].join(" -> ");
      if (seen.has(to)) continue;
      seen.add(to);
      const found = search(to, [...path, to]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(start, [start]);
}

/** The folder of a file, or a loose file itself. */
function roomOf(file: string): string {
  return file.split("/")[0] ?? file;
}

/** `ROOM -> ROOM` for every import of these kinds from one room into another. */
function betweenRooms(kinds: readonly Import["kind"][]): string[] {
  const arrows = files.flatMap((file) =>
    (importsOf.get(file) ?? [])
      .filter(({ kind, to }) => kinds.includes(kind) && codeOf.has(to) && roomOf(to) !== roomOf(file))
      .map(({ to }) => `${roomOf(file)} -> ${roomOf(to)}`),
  );
  return [...new Set(arrows)];
}

const MAPPED = Object.entries(MAP).flatMap(([room, others]) => others.map((other) => `${room} -> ${other}`));

describe("the reading of import lines", () => {
  test("misses none", () => {
    for (const [file, code] of codeOf) {
      const words = [...code.matchAll(/\bfrom\s+"|\bimport\(|^\s*import\s+"/gm)].length;
      expect([file, importsOf.get(file)?.length]).toEqual([file, words]);
    }
  });

  test("finds every file of src that is imported", () => {
    for (const [file, imports] of importsOf) {
      for (const { to } of imports)
        if (to.endsWith(".ts")) expect([file, to, codeOf.has(to)]).toEqual([file, to, true]);
    }
  });

  test("finds every directory a room or a place above them", () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(MAP).sort());
  });
});

test("src/README.md describes each room of the map", () => {
  const table = /^\| room +\|[\s\S]*?\n\n/m.exec(readFileSync(join(SRC, "README.md"), "utf8"))?.[0] ?? "";
  const described = [...table.matchAll(/^\| (`[^|]*?`) +\|/gm)].flatMap(
    ([, names = ""]) => names.match(/[\w.-]+/g) ?? [],
  );
  expect(described.sort()).toEqual(Object.keys(MAP).sort());
});

describe("a heavy package has one importer", () => {
  test.each([
    [/^@aws-sdk\/client-sts/, ["aws/sts.ts"]],
    [/^@aws-sdk\/client-iam/, ["aws/iam.ts"]],
    [/^@aws-sdk\//, ["aws/iam.ts", "aws/sts.ts"]],
    [/^@smithy\/node-http-handler/, ["aws/request-handler.ts"]],
    [/^https?-proxy-agent/, ["aws/proxy.ts"]],
    [/^proper-lockfile/, ["locking/lock.ts"]],
    [/^fastest-levenshtein/, ["text/near-words.ts"]],
  ])("%s", (name, importers) => {
    expect(importersOf(name)).toEqual(importers);
  });

  test("and the proxy agents' is reached by import() only", () => {
    expect(importersOf(/^aws\/proxy\.ts$/, ["static"])).toEqual([]);
    expect(importersOf(/^aws\/proxy\.ts$/, ["dynamic"])).toEqual(["aws/request-handler.ts"]);
  });

  test("and so is what finds near words: for a failure, and by doctor", () => {
    expect(importersOf(/^text\/near-words\.ts$/)).toEqual(["doctor/wording.ts", "runtime/meant.ts"]);
    expect(importersOf(/^runtime\/meant\.ts$/, ["static"])).toEqual([]);
    expect(importersOf(/^runtime\/meant\.ts$/, ["dynamic"])).toEqual(["run.ts"]);
  });

  test("enquirer, in terminal/, which reaches it by import() only", () => {
    expect(importersOf(/^enquirer/)).toEqual([expect.stringMatching(/^terminal\//)]);
    expect(importersOf(/^enquirer/, ["static", "type"])).toEqual([]);
  });
});

test("what a hit loads reaches no cold code", () => {
  const hot = staticClosure(["start.ts", "main.ts"]);
  const cold = [
    "aws/sts.ts",
    "aws/iam.ts",
    "aws/connection.ts",
    "aws/request-handler.ts",
    "aws/proxy.ts",
    "refresh/refresh.ts",
    "terminal/prompt.ts",
    "locking/lock.ts",
  ];
  for (const file of cold) expect([file, codeOf.has(file), hot.has(file)]).toEqual([file, true, false]);
});

test("no two files that a hit needs export the same name: they are bundled into one", () => {
  const names = [...staticClosure(["main.ts"])].flatMap((file) =>
    [...(codeOf.get(file) ?? "").matchAll(/^export (?:async )?(?:function|const|let|class) (\w+)/gm)].map(
      ([, name]) => name,
    ),
  );
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("no imports go in a circle", () => {
  expect(files.flatMap((file) => circleFrom(file) ?? [])).toEqual([]);
});

test("few files stand loose", () => {
  expect(files.filter((file) => !file.includes("/")).length).toBeLessThanOrEqual(5);
});

describe("rooms beside each other do not know each other", () => {
  test("but for what is listed", () => {
    expect(betweenRooms(["static", "dynamic"]).filter((arrow) => !MAPPED.includes(arrow))).toEqual([]);
  });

  test("by their types neither, but for what is listed", () => {
    expect(betweenRooms(["type"]).filter((arrow) => !MAPPED.includes(arrow))).toEqual([]);
  });

  test("and nothing is listed that is no more", () => {
    const arrows = betweenRooms(["static", "dynamic", "type"]);
    expect(MAPPED.filter((arrow) => !arrows.includes(arrow))).toEqual([]);
  });

  test("nor does what makes sessions know what looks for trouble", () => {
    expect(importersOf(/^doctor\//).filter((file) => !/^(doctor|commands)\//.test(file))).toEqual([]);
  });

  test("nor what is above them", () => {
    const rooms = Object.keys(MAP);
    const upwards = rooms.flatMap((room, floor) =>
      (MAP[room] ?? []).filter((other) => rooms.indexOf(other) >= floor).map((other) => `${room} -> ${other}`),
    );
    expect(upwards).toEqual([]);
  });

  test("nor does the order of a renewal know a kind of source", () => {
    const order = files.filter((file) => /^refresh\/[^/]+$/.test(file));
    const kinds = order.flatMap((file) =>
      (importsOf.get(file) ?? [])
        .filter(({ to }) => /^(?:mfa|keys|dialogs|terminal)\/|^refresh\/(?:asking|device)\//.test(to))
        .map(({ to }) => `${file} -> ${to}`),
    );
    expect(kinds).toEqual([]);
  });
});

describe("the process edge is main.ts, with what comes before it", () => {
  const elsewhere = files.filter((file) => !["main.ts", "start.ts", "edge/given-environment.ts"].includes(file));

  test("and what others use of the process is listed", () => {
    const used = elsewhere.flatMap((file) => {
      const allowed = PROCESS_MEMBERS.flatMap(([name, members]) => (name.test(file) ? members : []));
      return [...(codeOf.get(file) ?? "").matchAll(/(?<![-\w/.])process\.(\w+)/g)]
        .filter(([, member = ""]) => !allowed.includes(member))
        .map(([text]) => `${file}: ${text}`);
    });
    expect(used).toEqual([]);
  });

  test("and there is no other way to it, nor to the standard streams", () => {
    const ways =
      /from "(?:node:)?process"|(?<![-\w/.])process\[|[=(,]\s*process\b(?![.\w"])|\bglobalThis\b|\bconsole\.|\b(?:read|write)(?:Sync)?\([012],/g;
    const found = elsewhere.flatMap((file) =>
      [...(codeOf.get(file) ?? "").matchAll(ways)].map(([text]) => `${file}: ${text}`),
    );
    expect(found).toEqual([]);
  });

  test("nothing but it starts work when it is imported", () => {
    expect(elsewhere.filter((file) => /^(?:await|void)\b/m.test(codeOf.get(file) ?? ""))).toEqual([]);
  });
});

test("every file is under 250 lines", () => {
  const lengths = files.map((file) => [file, readFileSync(join(SRC, file), "utf8").split("\n").length - 1] as const);
  expect(lengths.filter(([, lines]) => lines >= 250)).toEqual([]);
});
