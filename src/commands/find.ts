/** Commands by their verbs. */

import { quoted } from "../args.ts";
import { AskonceError } from "../runtime/errors.ts";
import type { Command, CommandHelp, Commands } from "./command.ts";

/** What is known of a command. Throws `usage` for a verb that no command has. */
export async function helpOfCommand(verb: string, commands: Commands): Promise<CommandHelp | Command> {
  const found = commands.find((command) => command.verb === verb);
  if (found === undefined) throw unknownCommand(verb, commands);
  return found.load();
}

/** A command that parses its own words. Throws `usage` for a verb that no such command has. */
export async function commandNamed(verb: string, commands: Commands): Promise<Command> {
  const found = await helpOfCommand(verb, commands);
  if (!("run" in found)) throw unknownCommand(verb, commands);
  return found;
}

function unknownCommand(word: string, commands: Commands): AskonceError {
  const among = [...commands.map(({ verb }) => verb), "help", "--help", "--version"];
  return new AskonceError("usage", `there is no command ${quoted(word)}`, "`askonce --help` lists them", undefined, {
    meant: { word, among },
  });
}
