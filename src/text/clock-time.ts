const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** `21:40`, or `Tuesday 21:40` for another day than now: a moment in milliseconds since 1970 as the user's own clock shows it. */
export function clockTime(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return new Date(nowMs).toDateString() === at.toDateString() ? time : `${DAYS[at.getDay()]} ${time}`;
}
