/** A window of Windows, shown by the PowerShell that is part of it; also from the Linux inside it (WSL). */

import type { Ended } from "../processes/child-program.ts";
import { findProgram, isProgram } from "../processes/find-program.ts";
import { dialogSeconds, lineOf, runDialog } from "./dialog-program.ts";
import { isInsideWindows, isOverSsh } from "./display.ts";
import type { DialogAnswer, DialogQuestion, Driver, Surroundings } from "./driver.ts";

const PROGRAM = "powershell.exe";
/** Where it is seen from WSL when the PATH of Windows is not taken over. */
const IN_WSL = `/mnt/c/Windows/System32/WindowsPowerShell/v1.0/${PROGRAM}`;

const [ANSWERED, CANCELLED, TIMED_OUT, NO_DESKTOP] = [0, 1, 2, 3];

export const powershell: Driver = {
  name: "powershell",
  async canAsk(here) {
    if (isOverSsh(here.env)) return false;
    return (here.platform === "win32" || (await isInsideWindows(here))) && programIn(here) !== undefined;
  },
  async ask(question, here) {
    const program = programIn(here);
    if (program === undefined) return { kind: "cannot" };
    // Otherwise it would read stdin itself before it starts, and that stays open.
    const options = ["-NoLogo", "-NoProfile", "-NonInteractive", "-Sta", "-InputFormat", "None"];
    const encoded = Buffer.from(formScript(question), "utf16le").toString("base64");
    return runDialog([program, ...options, "-EncodedCommand", encoded], question, here, meaning);
  },
};

function programIn(here: Surroundings): string | undefined {
  return findProgram(PROGRAM, here) ?? (here.platform === "linux" && isProgram(IN_WSL) ? IN_WSL : undefined);
}

/** Every sign that PowerShell takes for a single quote (about_Quoting_Rules; the tokenizer's IsSingleQuote), doubled. */
export function powershellString(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
}

/**
 * Stdin is a pipe from us, and ends with us, however we end: the form looks at it, since from Linux no signal reaches it.
 * It prints digits alone: they are the same in every code page.
 */
function formScript(question: DialogQuestion): string {
  const seconds = dialogSeconds(question);
  const text = question.lines.map(powershellString).join(", ");
  return `$ErrorActionPreference = 'Stop'
trap { [Environment]::Exit(${NO_DESKTOP}) }
if (-not [Environment]::UserInteractive) { [Environment]::Exit(${NO_DESKTOP}) }
Add-Type -AssemblyName System.Windows.Forms, System.Drawing
[Windows.Forms.Application]::EnableVisualStyles()
$form = New-Object Windows.Forms.Form -Property @{ Text = 'askonce'; TopMost = $true; StartPosition = 'CenterScreen'; FormBorderStyle = 'FixedDialog'; MaximizeBox = $false; MinimizeBox = $false; AutoSize = $true; AutoSizeMode = 'GrowAndShrink'; Padding = 12 }
$rows = New-Object Windows.Forms.FlowLayoutPanel -Property @{ FlowDirection = 'TopDown'; WrapContents = $false; AutoSize = $true; AutoSizeMode = 'GrowAndShrink' }
foreach ($line in @(${text}) + ${powershellString(question.label)}) { $rows.Controls.Add((New-Object Windows.Forms.Label -Property @{ Text = $line; UseMnemonic = $false; AutoSize = $true; MaximumSize = (New-Object Drawing.Size 600, 0) })) }
$box = New-Object Windows.Forms.TextBox -Property @{ Width = 200 }
$ok = New-Object Windows.Forms.Button -Property @{ Text = 'OK'; DialogResult = 'OK' }
$cancel = New-Object Windows.Forms.Button -Property @{ Text = 'Cancel'; DialogResult = 'Cancel' }
$rows.Controls.AddRange(@($box, $ok, $cancel))
$form.Controls.Add($rows)
$form.AcceptButton = $ok
$form.CancelButton = $cancel
$form.Add_Shown({ $form.Activate(); $box.Select() })
$ours = [Console]::OpenStandardInput().ReadAsync([byte[]]::new(1), 0, 1)
$clock = [Diagnostics.Stopwatch]::StartNew()
$timer = New-Object Windows.Forms.Timer -Property @{ Interval = 250 }
$timer.Add_Tick({
if ($ours.Status -eq 'RanToCompletion') { [Environment]::Exit(${TIMED_OUT}) }
${seconds === undefined ? "" : `if ($clock.Elapsed.TotalSeconds -ge ${seconds}) { [Environment]::Exit(${TIMED_OUT}) }`}
})
$timer.Start()
if ($form.ShowDialog() -ne 'OK') { [Environment]::Exit(${CANCELLED}) }
[Console]::Out.WriteLine(($box.Text -replace '[^0-9]', ''))
[Environment]::Exit(${ANSWERED})
`;
}

function meaning(ended: Ended): DialogAnswer {
  if (ended.status === ANSWERED) return { kind: "answered", text: lineOf(ended) };
  if (ended.status === TIMED_OUT) return { kind: "timed-out" };
  return { kind: ended.status === CANCELLED ? "cancelled" : "cannot" };
}
