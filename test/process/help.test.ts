/** What is said to somebody who does not know the word: the help, and what may have been meant. */

import { describe, expect, test } from "vitest";
import { home, withFreshHomes } from "../support/fresh-homes.ts";

withFreshHomes();

describe("a misspelt word is answered with what was meant, on one line", () => {
  test.each([
    [["logn"], 2, 'there is no command "logn"; did you mean login?'],
    [["help", "polcy"], 2, 'there is no command "polcy"; did you mean policy?'],
    [["--hepl"], 2, 'there is no command "--hepl"; did you mean --help?'],
    [["mfa", "--hlep"], 2, "unknown option '--hlep'; did you mean --help?"],
    [["mfa", "lst", "work"], 2, 'mfa takes list, enroll or resync, not "lst"; did you mean list?'],
    [["mfa"], 2, "mfa needs list, enroll or resync, and a profile; see `askonce mfa --help`"],
    [["comple"], 2, 'there is no command "comple"; did you mean completion?'],
    [["get", "work", "--no-promt"], 2, "unknown option '--no-promt'; did you mean --no-prompt?"],
    [["login", "--no-Prompt"], 2, "unknown option '--no-Prompt'; did you mean --no-prompt?"],
    [["policy", "--self-enrol"], 2, "unknown option '--self-enrol'; did you mean --self-enroll?"],
    [
      ["completion", "zhs"],
      2,
      "completion needs the name of one shell: bash, zsh, fish, powershell; did you mean zsh?",
    ],
    [["get", "wrok"], 3, "there is no profile wrok; did you mean work?"],
    [["get", "WORK-KEYS"], 3, "there is no profile WORK-KEYS; did you mean work-keys?"],
    [["logout", "amdin"], 3, "there is no profile amdin; did you mean admin?"],
    [["login", "work-kyes", "--no-prompt"], 3, "there is no profile work-kyes; did you mean work-keys?"],
  ] as const)("%j", async (words, status, line) => {
    expect(await home.run(words)).toMatchObject({ status, stdout: "", stderr: `askonce: ${line}\n` });
  });

  test("also where another profile refers to it", async () => {
    home.configure("", "[profile deep]\nrole_arn = arn:aws:iam::210987654321:role/admin\nsource_profile = wrok\n");
    const { status, stderr } = await home.run(["get", "deep"]);
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: "askonce: there is no profile wrok, which deep refers to; did you mean work?\n",
    });
  });

  test("and by the launcher", async () => {
    const { status, stderr } = await home.command("askonce-get", ["wrok"]);
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: "askonce: there is no profile wrok; did you mean work?\n",
    });
  });

  test("but a word that is like none keeps its hint", async () => {
    expect((await home.run(["frobnicate"])).stderr).toBe(
      'askonce: there is no command "frobnicate"; `askonce --help` lists them\n',
    );
    expect((await home.run(["get", "elsewhere"])).stderr).toMatch(
      /^askonce: there is no profile elsewhere; profiles are read/,
    );
  });
});

describe("the help", () => {
  test.each([[["--help"]], [["-h"]], [["help"]], [["help", "help"]], [["help", "--help"]]])(
    "%j is the overview",
    async (words) => {
      const { status, stdout, stderr } = await home.run(words);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(/^askonce gives .*^Every day$.*^First day$/ms);
    },
  );

  test.each(["get", "login", "logout", "status", "doctor", "setup", "mfa", "policy", "completion"])(
    "of %s is the same by all its ways",
    async (verb) => {
      const { status, stdout } = await home.run(["help", verb]);
      expect(status).toBe(0);
      expect(stdout).toMatch(new RegExp(`^askonce ${verb}`));
      for (const words of [
        [verb, "--help"],
        [verb, "-h"],
      ])
        expect((await home.run(words)).stdout).toBe(stdout);
    },
  );

  test("is referred to by askonce alone, on stderr", async () => {
    const { status, stdout, stderr } = await home.run([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe("askonce: a command is missing; `askonce --help` lists them\n");
  });
});
