/** The server judges it too, and by more than its length; here it saves a round trip. */
export const PASSWORD_MIN = 8;

export const PASSWORD_HELP = `At least ${PASSWORD_MIN} characters; 15 or more are better. A short sentence is easy to remember.`;
