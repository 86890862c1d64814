/** How the system's programs tell those who start them what happened; apart from all else, as light programs read it too. */

/** The exit code of a program that cannot work as things are, however often it is started (EX_CONFIG of sysexits.h). */
export const REFUSED = 78;
