import type { Commands } from "./command.ts";

/**
 * The commands that are built, in the order in which the overview lists them. A new one is a file or a folder here that
 * exports a Command, and an entry in this list: help, completion and doctor know it by that.
 */
export const COMMANDS: Commands = [
  {
    verb: "get",
    words: "NAME",
    about: "print credentials for a profile",
    group: "Every day",
    load: async () => (await import("./get/help.ts")).getHelp,
  },
  {
    verb: "login",
    words: "[NAME]",
    about: "sign in now; asks for the code in the terminal",
    group: "Every day",
    load: async () => (await import("./login/help.ts")).loginHelp,
  },
  {
    verb: "status",
    words: "[NAME]",
    about: "sessions, time left, who waits for a code",
    group: "Every day",
    load: async () => (await import("./status/status.ts")).status,
  },
  {
    verb: "logout",
    words: "NAME",
    about: "forget cached sessions",
    group: "Every day",
    load: async () => (await import("./logout/help.ts")).logoutHelp,
  },
  {
    verb: "doctor",
    words: "[NAME]",
    about: "say what is wrong with a call, and the cure",
    group: "Every day",
    load: async () => (await import("./doctor/doctor.ts")).doctor,
  },
  {
    verb: "setup",
    words: "",
    about: "find keys and devices, write the profiles",
    group: "First day",
    load: async () => (await import("./setup.ts")).setup,
  },
  {
    verb: "mfa",
    words: "list NAME",
    about: "the MFA devices; also enroll and resync",
    group: "First day",
    load: async () => (await import("./mfa/mfa.ts")).mfa,
  },
  {
    verb: "policy",
    words: "",
    about: "print an IAM policy that demands MFA",
    group: "First day",
    load: async () => (await import("./policy/policy.ts")).policy,
  },
  {
    verb: "completion",
    words: "SHELL",
    about: "complete commands, flags and profiles",
    group: "First day",
    load: async () => (await import("./completion/completion.ts")).completion,
  },
];
