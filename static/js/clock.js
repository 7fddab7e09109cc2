/** Seconds as minutes and seconds: 75 is "1:15". */
export function clock(seconds) {
  const whole = Math.round(seconds);
  const left = String(whole % 60).padStart(2, "0");
  return `${Math.floor(whole / 60)}:${left}`;
}
