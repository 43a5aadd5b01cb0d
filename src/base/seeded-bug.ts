// Switches for the simulator's bug bank: known wrong forms of a protocol step, planted one at a time
// by tests to prove that the checks find them. Never planted outside tests; the tidy test holds that.

let planted = ''

/** Whether the named bug is planted. Names are `area-what-is-wrong`, listed in test/sim/bug-bank. */
export function hasBug(name: string): boolean {
  return planted !== '' && planted === name
}

/** Plants one bug, or none with the empty string. Tests only. */
export function plantBug(name: string): void {
  planted = name
}
