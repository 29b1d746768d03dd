import { describe, expect, test } from "vitest";
import { checkPrompt } from "../../../../src/doctor/checks/prompt.ts";
import type { PromptFacts } from "../../../../src/doctor/facts.ts";
import { CONFIG, factsOf, said, subjectOf } from "../../support/doctor-facts.ts";

describe("the prompt", () => {
  const judge = (prompt: Partial<PromptFacts>, keys: Record<string, string> = {}) => {
    const facts = factsOf({}, { ...CONFIG, "work-keys": keys });
    const known = {
      terminal: "none",
      terminalName: undefined,
      driver: undefined,
      program: undefined,
      ...prompt,
    } as const;
    return said(checkPrompt(facts, subjectOf(facts, { prompt: known })));
  };

  test.each<[Partial<PromptFacts>, Record<string, string>, string]>([
    [{ terminal: "ours", driver: "tmux" }, {}, "ok here: this terminal · elsewhere: a tmux popup"],
    [{ terminal: "ours" }, {}, "ok here: this terminal · elsewhere: only after askonce login work-keys"],
    [{ driver: "zenity" }, {}, "ok here: a window (zenity) · elsewhere: a window (zenity)"],
    [
      { terminal: "background" },
      {},
      "warn there is neither a terminal here nor a window to ask in -> askonce login work-keys in a terminal, then try again",
    ],
    [
      { terminal: "ours" },
      { mfa_prompt: "none" },
      "warn nobody is asked (mfa_prompt or ASKONCE_PROMPT is none) -> askonce login work-keys, each time a session ends",
    ],
    [
      { terminal: "ours" },
      { mfa_prompt: "zenity" },
      "warn zenity is to ask, and cannot here -> mfa_prompt = auto asks by what there is; or askonce login work-keys",
    ],
    [
      { program: { name: "ykman", isThere: true } },
      { mfa_process: "/usr/bin/ykman oath secretname" },
      "ok codes come from mfa_process (ykman): nobody is asked",
    ],
    [
      { program: { name: "ykman", isThere: false } },
      { mfa_process: "/usr/bin/ykman oath secretname" },
      "fail mfa_process runs ykman, which is not there -> give it the whole path of a program",
    ],
  ])("%j, %j", (prompt, keys, text) => {
    expect(judge(prompt, keys)).toEqual([text]);
  });
});
